"""A new organization is switched on: people, roles, shares, factors, webhooks, keys, evidence, and a log that tells of tampering.

One journey by keyboard, in English; its pages again on a phone, dark and in Spanish. The organization is the test's own.
"""

import base64
import json
import re
import secrets
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import psycopg
from django_otp.oath import totp
from playwright.sync_api import expect

from tests.browser.administrator import Administrator, in_spanish, join, sign_up
from tests.browser.site import Site
from tests.browser.visits import Visitor, look_again
from tests.factories.receivers import Receiver, receiver
from tests.portfolio.stack.deadlines import eventually

PEOPLE = 30
SPANISH = {
    "members/": "Miembros",
    "members/invite/list/": "Invitar desde una lista",
    "roles/": "Roles",
    "roles/new/": "Crear un rol",
    "teams/": "Equipos",
    "access/explain/": "¿Por qué puede alguien?",
    "access/review/": "Revisión de accesos",
    "settings/sign-in/": "Inicio de sesión",
    "webhooks/": "Webhooks",
    "webhooks/new/": "Crear un endpoint",
    "keys/": "Claves de API",
    "keys/new/": "Crea una clave de API",
    "test-data/": "Buzón de pruebas",
    "audit/": "Auditoría",
    "/me/security/": "Seguridad",
    "/me/security/factors/new/": "Agregar un segundo factor",
}


def test_an_administrator_switches_an_organization_on(visitor: Visitor, tmp_path: Path):
    page = visitor.page()
    mark = secrets.token_hex(3)
    sign_up(visitor, page, name="Vera Luz", address=f"vera.{mark}@faro.example")
    vera = Administrator(visitor, page)

    name = found_organization(vera, mark)
    allow_members(visitor.site, vera.slug, 50)
    invite_thirty(vera, tmp_path, mark)
    colleague = join(visitor, f"persona.1.{mark}@faro.example", name="Leo Mar", organization=name)
    make_a_role(vera)
    template = share_a_template(vera)
    read_why_a_colleague_is_denied(vera)
    visitor.expects(403)
    colleague.goto(f"{visitor.site.url}/orgs/{vera.slug}/keys/")
    expect(colleague.locator("main")).to_contain_text("Vera Luz")
    with receiver() as program:
        receive_a_webhook_and_replay_it(vera, program)
    require_a_second_factor_and_enroll(vera)
    call_with_a_test_key(vera, visitor.site)
    revoke_a_leaked_key(vera, visitor.site, tmp_path)
    verify_what_a_superuser_altered(vera, visitor.site)

    assert vera.keyboard.faults == set()
    with in_spanish(visitor, page, vera.slug) as once_more:
        for path, heading in {**SPANISH, template: "Compartir Certificate"}.items():
            once_more.go(path)
            expect(once_more.page.locator("h1")).to_have_text(heading)


def found_organization(vera: Administrator, mark: str) -> str:
    name = f"Faro {mark}"
    vera.go("/me/organizations/new/")
    vera.write("Name", name)
    vera.press("Make organization")
    found = re.search(r"/orgs/([a-z0-9-]+)/", vera.page.url) or re.search(
        r"/orgs/([a-z0-9-]+)/", vera.page.locator("a[href*='/orgs/faro']").first.get_attribute("href") or ""
    )
    assert found
    vera.slug = found[1]
    return name


def allow_members(site: Site, slug: str, most: int) -> None:
    """A new organization may have 25; billing, which writes others, is not there yet."""
    statement = """INSERT INTO platform_core_planlimit (id, organization_id, name, value)
        SELECT gen_random_uuid(), id, 'members', %s FROM platform_core_organization WHERE slug = %s"""
    assert as_superuser(site, statement, most, slug) == 1


def invite_thirty(vera: Administrator, folder: Path, mark: str) -> None:
    lines = [f"persona.{number}.{mark}@faro.example" for number in range(1, PEOPLE + 1)]
    table = folder / "people.csv"
    table.write_text("\n".join(["email,role", *(f"{line},viewer" for line in lines)]))
    vera.go("members/invite/list/")
    vera.give("Or a CSV", table)
    vera.press("Look at the list")
    vera.press(f"Invite {PEOPLE} people")
    look_again(vera.page, vera.page.get_by_text(re.compile(r"30 (invitations|sent)|persona\.30")).first)
    vera.look()


def make_a_role(vera: Administrator) -> None:
    vera.go("roles/new/")
    vera.write("Name", "Print shop")
    vera.tick("See templates")
    vera.tick("Start runs")
    vera.press("Make the role")
    expect(vera.page.locator("main")).to_contain_text("Print shop")


def share_a_template(vera: Administrator) -> str:
    vera.page.goto(f"{vera.visitor.site.url}/orgs/{vera.slug}/docuai/templates/new/")
    vera.press("Use", "button")
    vera.open("More actions")
    vera.press("Share template", "a")
    vera.choose("With", "Leo")
    vera.pick_second("Read")
    vera.press("Share", "button")
    expect(vera.page.locator("#with, main").first).to_contain_text("Leo Mar")
    return vera.page.url.removeprefix(vera.visitor.site.url)


def read_why_a_colleague_is_denied(vera: Administrator) -> None:
    vera.go("access/explain/")
    vera.choose("Member", "Leo")
    vera.choose("May they", "Start runs")
    vera.press("Explain")
    expect(vera.page.locator("main")).to_contain_text("No, they may not")
    expect(vera.page.locator("main")).to_contain_text("Who can grant it: Vera Luz")


def receive_a_webhook_and_replay_it(vera: Administrator, program: Receiver) -> None:
    vera.go("webhooks/new/")
    vera.write("Address", program.url)
    vera.tick("Everything")
    vera.press("Make the endpoint")
    vera.press("Go to the endpoint")
    vera.go("roles/new/")
    vera.write("Name", "Readers")
    vera.tick("See templates")
    vera.press("Make the role")
    eventually(lambda: len(program.calls) == 1, "the webhook has come", seconds=30)
    first = program.calls[0]
    assert json.loads(first.body)["type"] == "role.created"
    vera.go("webhooks/")
    vera.press(program.url, "a")
    look_again(vera.page, vera.page.locator("table a.main").first)
    vera.keyboard.go_to("A role was made", "a")
    vera.keyboard.press("Enter")
    expect(vera.page.locator("dialog[open]")).to_be_visible()
    vera.look()
    vera.press("Send again")
    eventually(lambda: len(program.calls) == 2, "the webhook has come again", seconds=30)
    assert program.calls[1].body == first.body
    assert program.ids()[0] == program.ids()[1]


def require_a_second_factor_and_enroll(vera: Administrator) -> None:
    vera.go("/me/security/factors/new/")
    vera.confirm()
    vera.open("No camera? Type this key")
    typed = vera.page.locator(".enrol code").inner_text().replace(" ", "")
    secret = base64.b32decode(typed + "=" * (-len(typed) % 8))
    vera.write("Code", f"{totp(secret):06d}")
    vera.press("Add the app")
    expect(vera.page.locator("#codes li")).to_have_count(10)
    vera.press("I have kept them")
    vera.go("settings/sign-in/")
    vera.pick_second("Each member decides")
    vera.choose("Takes effect", "At once")
    vera.press("Save changes")
    expect(vera.page.locator("main")).to_contain_text("Nobody enters without a second factor.")
    expect(vera.page.locator("main")).to_contain_text("1 member is shut out until they add one.")


def make_a_key(vera: Administrator, name: str, *, test: bool) -> str:
    vera.go("keys/new/")
    vera.confirm()
    vera.write("Name", name)
    if test:
        vera.pick_second("Live")
    vera.tick("See templates")
    vera.press("Make the key")
    vera.confirm()
    return vera.page.locator("#secret").input_value()


def call(site: Site, slug: str, secret: str) -> int:
    address = f"{site.url}/api/v1/orgs/{slug}/docuai/templates/"
    asked = urllib.request.Request(address, headers={"Authorization": f"Bearer {secret}"})
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def call_with_a_test_key(vera: Administrator, site: Site) -> None:
    secret = make_a_key(vera, "Trial", test=True)
    assert secret.startswith("pf_test_")
    assert call(site, vera.slug, secret) == 200
    vera.go("keys/")
    vera.press("Trial", "a")
    look_again(vera.page, vera.page.locator("#calls, main").first.get_by_text("/docuai/templates/").first)
    vera.look()


def revoke_a_leaked_key(vera: Administrator, site: Site, folder: Path) -> None:
    secret = make_a_key(vera, "Leaked", test=False)
    assert call(site, vera.slug, secret) == 200
    vera.go("keys/")
    vera.press("Leaked", "a")
    vera.press("What it touched", "a")
    look_again(vera.page, vera.page.get_by_text("/docuai/templates/").first)
    vera.open("Revoke everything")
    vera.press("Revoke everything", "button")
    vera.confirm()
    assert call(site, vera.slug, secret) == 401
    evidence = vera.take("Download the evidence (ZIP)", folder)
    with zipfile.ZipFile(evidence) as packed:
        assert packed.testzip() is None
        assert any("Leaked" in packed.read(name).decode("utf-8", "replace") for name in packed.namelist())


def verify_what_a_superuser_altered(vera: Administrator, site: Site) -> None:
    vera.go("audit/")
    look_again(vera.page, vera.page.get_by_text("Every event is sealed."))
    vera.press("Verify the log")
    look_again(vera.page, vera.page.get_by_text("every record is as it was written"))
    vera.look()
    tampered = """UPDATE platform_core_auditevent SET target_label = 'Nobody' WHERE action = 'key.revoked' AND organization_id =
        (SELECT id FROM platform_core_organization WHERE slug = %s)"""
    assert as_superuser(site, tampered, vera.slug) == 1
    vera.press("Verify the log")
    look_again(vera.page, vera.page.get_by_text("the log is not what it was"))
    vera.look()
    expect(vera.page.get_by_role("alert")).to_contain_text("altered")


def as_superuser(site: Site, statement: str, *values: Any) -> int:
    """This will run raw SQL as the server's administrator, past policies and triggers."""
    password = (site.folder / "database_password").read_text().strip()
    port = json.loads((site.folder / "ports.json").read_text())["postgres"]
    with psycopg.connect(host="127.0.0.1", port=port, user="postgres", password=password, dbname="portfolio") as db:
        db.execute("SET session_replication_role = replica")
        return db.execute(statement.encode(), values).rowcount
