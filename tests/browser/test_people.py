"""People as they come: invited by mail, speaking Spanish, disturbed by motion, without scripts."""

import re
import secrets

import pytest
from playwright.sync_api import Page, expect

from tests.browser.places import TWO_CERTIFICATES
from tests.browser.visits import ANA, Visitor, look_again, settle
from tests.browser.wizard import begin_with_rows, launch, to_check

MOVING = """() => document.getAnimations().filter((one) => one.playState === "running")
  .map((one) => `${one.animationName ?? one.transitionProperty} on ${one.effect.target.outerHTML.slice(0, 90)}`)"""


def test_somebody_is_invited_by_mail_makes_an_account_and_is_a_member_in_spanish(visitor: Visitor):
    address = f"noa.{secrets.token_hex(3)}@andina.example"
    marta = visitor.sign_in()
    marta.goto(visitor.site.address("/orgs/{org}/members/invite/"))
    marta.get_by_label("E-mail addresses").fill(address)
    marta.get_by_label("Role").select_option("editor")
    marta.get_by_role("button", name="Send invitations").click()
    expect(marta.get_by_role("listitem").filter(has_text=address)).to_be_visible()

    noa = visitor.page()
    _open_mail(noa, visitor, address)
    noa.locator(".inbox-text a[href*='/invitations/']").click()
    noa.get_by_role("link", name="Create an account").click()
    expect(noa.get_by_label("E-mail")).to_have_value(address)
    noa.get_by_label("Name").fill("Noa Salas")
    noa.get_by_label("Password", exact=True).fill("lirio-bosque-9241")
    noa.get_by_role("button", name="Create account").click()
    noa.get_by_role("button", name="Join Universidad Andina").click()
    expect(noa.locator("h1")).to_have_text("Hello, Noa")
    _speaks_spanish(noa)

    marta.goto(visitor.site.address(f"/orgs/{{org}}/members/?q={address}"))
    expect(marta.locator("table.mem tbody tr")).to_have_count(1)
    expect(marta.locator("table.mem tbody tr")).to_contain_text("Noa Salas")


def _open_mail(page: Page, visitor: Visitor, address: str) -> None:
    page.goto(visitor.site.address(f"/mail?q={address}"))
    look_again(page, page.locator(".inbox-list a").first)
    page.locator(".inbox-list a").first.click()
    page.get_by_role("link", name="Text", exact=True).click()


def _speaks_spanish(page: Page) -> None:
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Español").click()
    expect(page.locator("h1")).to_have_text("Te damos la bienvenida, Noa")
    assert page.locator("html").get_attribute("lang") == "es"
    page.get_by_role("link", name=re.compile("1000 certificados|1.000 certificados|1 000 certificados")).click()
    expect(page.locator("h1")).to_have_text("Iniciar un lote")
    expect(page.get_by_role("button", name="Continuar con people.csv")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/_ui/", "/orgs/{org}/docuai/runs/"])
def test_nothing_moves_where_motion_is_not_wanted(visitor: Visitor, path):
    page = visitor.sign_in(reduced_motion="reduce")
    page.goto(visitor.site.address(path))
    settle(page)

    assert page.evaluate(MOVING) == []


def test_the_wizard_works_without_scripts_up_to_the_documents(visitor: Visitor):
    page = visitor.sign_in(ANA, java_script_enabled=False)

    begin_with_rows(page, visitor.site, template="certificate", rows=TWO_CERTIFICATES)
    to_check(page)
    expect(page.locator("h1")).to_have_text("All 2 rows are ready")
    launch(page)

    look_again(page, page.locator("#progress-text[data-state=done]"))
    expect(page.locator("#progress-text")).to_contain_text("2 of 2 rows accounted for")
