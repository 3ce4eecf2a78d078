"""Two people edit one thing: who saves second is told who was faster and when, keeps the input, and nothing is lost unseen."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

from docuai.library import services as library
from docuai.library.models import DocumentTemplate
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import CustomRole, Membership, Organization, OrganizationBrand, Team
from platform_core.organizations.services import roles, teams
from platform_core.permissions import FILE_VIEW, JOB_VIEW
from platform_core.webhooks import services as webhooks
from platform_core.webhooks.models import WebhookEndpoint
from tests.factories.organizations import make_member, make_organization

SOURCE = b'#set document(title: "Hello")\nHello\n'
SETTINGS = {"name": "Andina", "language": "en", "region": "", "time_zone": "UTC"}
BRAND = {"sender_name": "", "accent": "", "postal_address": ""}
HOOK = {"url": "https://hooks.andina.invalid/", "event_types": ["*"], "description": ""}
ROLE = {"name": "Guest", "description": "", "permissions": [JOB_VIEW], "do": "save"}


@pytest.fixture
def andina(db):
    with unscoped():
        found = make_organization("andina")
        with tenant(found.pk):
            yield found


@pytest.fixture
def editors(andina):
    """Marta and Luis, both owners."""
    found = []
    for name in ("Marta", "Luis"):
        user = make_member(andina, f"{name.lower()}@andina.example")
        user.name = name
        user.save()
        found.append(Client())
        found[-1].force_login(user)
    return found


def template_of(andina):
    made = library.create_template(
        actor=None, organization=andina, name="Greeting", engine="typst", sources={"en": SOURCE}
    )
    return f"templates/{made.template.slug}/", {"about-name": "Greeting", "about-description": "", "about-tags": ""}


def role_of(andina):
    role = roles.create_role(
        actor=owner_of(andina), organization=andina, name="Guest", permissions=[JOB_VIEW, FILE_VIEW]
    )
    return f"roles/{role.pk}/", ROLE


def team_of(andina):
    team = teams.create_team(actor=owner_of(andina), organization=andina, name="Checkers")
    return f"teams/{team.pk}/", {"name": "Checkers", "description": "", "do": "rename"}


def endpoint_of(andina):
    endpoint, _secret = webhooks.create_endpoint(actor=None, organization=andina, url=HOOK["url"], event_types=["*"])
    return f"webhooks/{endpoint.pk}/change/", HOOK


def owner_of(andina):
    return Membership.objects.filter(organization=andina).order_by("id").first().user


# what is edited; the field that both change; how to read it back
THINGS = {
    "template": (template_of, "about-name", lambda: DocumentTemplate.objects.get().name),
    "role": (role_of, "name", lambda: CustomRole.objects.get().name),
    "team": (team_of, "name", lambda: Team.objects.get().name),
    "webhook endpoint": (endpoint_of, "description", lambda: WebhookEndpoint.objects.get().description),
    "settings": (lambda _andina: ("settings/", SETTINGS), "name", lambda: Organization.objects.get().name),
    "brand": (
        lambda _andina: ("settings/brand/", BRAND),
        "sender_name",
        lambda: OrganizationBrand.objects.get().sender_name,
    ),
}


def hidden(page, name):
    return re.search(rf'name="{name}" value="([^"]*)"', page.content.decode()).group(1)


@pytest.mark.parametrize("thing", THINGS)
def test_who_saves_second_is_told_who_was_faster_and_keeps_the_input(thing, andina, editors):
    make, field, stored = THINGS[thing]
    path, values = make(andina)
    marta, luis = editors
    reads = f"/orgs/andina/{'docuai/' if thing == 'template' else ''}{path}"
    writes = f"{reads}describe/" if thing == "template" else reads
    state = "version" if thing == "role" else "seen"
    seen = [hidden(each.get(reads, follow=True), state) for each in editors]

    first = marta.post(writes, {**values, field: "Words of Marta", state: seen[0]})
    second = luis.post(writes, {**values, field: "Words of Luis", state: seen[1]})

    page = second.content.decode()
    assert (first.status_code, second.status_code) == (302, 422), first.content.decode()[:3000]
    assert re.search("Marta changed this .{4,30}, while you were editing", page)
    assert "Nothing was saved; your input is still here." in page
    assert "Words of Luis" in page
    assert stored() == "Words of Marta"

    # the page now carries what stands there: saving again says that one means it
    third = luis.post(writes, {**values, field: "Words of Luis", state: hidden(second, state)})
    assert (third.status_code, stored()) == (302, "Words of Luis")
    assert urlsplit(third["Location"]).path.startswith("/orgs/andina/")


def test_a_change_elsewhere_on_the_row_does_not_disturb_an_editor(andina, editors):
    marta, luis = editors
    endpoint = endpoint_of(andina)[0].split("/")[1]
    page = f"/orgs/andina/webhooks/{endpoint}/change/"
    seen = hidden(luis.get(page), "seen")
    marta.post(f"/orgs/andina/webhooks/{endpoint}/switch/", {"to": "off"})

    answer = luis.post(page, {**HOOK, "description": "Payroll", "seen": seen})

    assert answer.status_code == 302
    assert (WebhookEndpoint.objects.get().description, WebhookEndpoint.objects.get().state) == ("Payroll", "disabled")
