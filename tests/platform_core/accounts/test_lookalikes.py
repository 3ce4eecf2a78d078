"""Letters that pass for others, and signs that nobody sees: in addresses, and in names that others trust."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as outbox
from django.core.cache import cache

from platform_core.accounts.models import User
from platform_core.accounts.selectors import fault_of
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import CustomRole, Organization, OrganizationBrand, Team
from tests.factories.organizations import make_member, make_organization

PASSWORD = "long-enough-42"
CYRILLIC_A, GREEK_O = "\u0430", "\u03bf"
ADDRESSES = [
    f"{CYRILLIC_A}na@andina.example",
    f"ana@{CYRILLIC_A}ndina.example",
    f"ana@andina.c{GREEK_O}m",
    "ana\u200b@andina.example",
    "an\u202ea@andina.example",
    "ana\u00ad@andina.example",
    "\u0251na@andina.example",
]
HIDDEN = [
    "Andina\u202ex",
    "An\u200bdina",
    "Andina\r\nBcc: eve@evil.example",
    "And\u2066ina",
    "Andina\u2028x",
    "a\x1b[2Jb",
]
DISGUISED = [f"{CYRILLIC_A.upper()}ndina", f"Bank {GREEK_O}f Andina"[:9] + "x", "P\u0430yroll", "\u0391ndina S.A."]
HONEST = [
    "Университет Анд",
    "Ανδίνα",
    "東京 University",
    "Peñón & Co. · No 1",
    "Ünal Αθήνα",
    "👩\u200d🏫 Escuela",
    "Ōsaka 大阪",
]


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    cache.clear()
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def owner(client, andina):
    user = make_member(andina, "ana@andina.example")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client.force_login(user)
    return client


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_looks_like_another_neither_signs_up_nor_is_added_nor_invited(client, owner, andina, address):
    added = owner.post("/accounts/email/", {"action_add": "", "email": address})
    invited = owner.post("/orgs/andina/members/invite/", {"emails": address, "role": "viewer"})
    owner.logout()
    signed_up = client.post("/accounts/signup/", {"email": address, "name": "Ana", "password1": PASSWORD})

    assert fault_of(address)
    assert (added.status_code, invited.status_code, signed_up.status_code) == (200, 422, 200)
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["ana@andina.example"]
    assert (User.objects.count(), outbox.outbox) == (1, [])


def test_full_width_letters_and_capitals_are_the_same_address(client, db):
    make_member(make_organization("andina"), "ana@andina.example")

    client.post("/accounts/signup/", {"email": "ＡＮＡ@Andina.example", "name": "Ana", "password1": PASSWORD})

    assert list(User.objects.values_list("email", flat=True)) == ["ana@andina.example"]


@pytest.mark.parametrize("name", [*HIDDEN, *DISGUISED])
def test_no_organization_gets_a_name_that_passes_for_another(owner, andina, name):
    made = owner.post("/me/organizations/new/", {"name": name})
    renamed = owner.post("/orgs/andina/settings/", {"name": name, "language": "en", "region": "", "time_zone": "UTC"})
    branded = owner.post("/orgs/andina/settings/brand/", {"sender_name": name})

    assert (made.status_code, renamed.status_code, branded.status_code) == (422, 422, 422)
    said = made.content.decode()
    assert "invisible character" in said or "look alike" in said
    assert list(Organization.objects.values_list("name", "slug")) == [("Andina", "andina")]
    with tenant(andina.pk):
        assert not OrganizationBrand.objects.exists()


@pytest.mark.parametrize("name", HONEST)
def test_a_name_in_any_one_script_is_taken_and_its_address_is_plain(owner, name):
    assert owner.post("/me/organizations/new/", {"name": name}).status_code == 302

    slug = Organization.objects.get(name=name).slug
    assert slug.isascii()
    assert slug.replace("-", "").isalnum()


@pytest.mark.parametrize("name", HIDDEN)
def test_nothing_else_that_others_read_has_hidden_signs_in_its_name(client, owner, andina, name):
    role = {"name": f"x{name}x", "permissions": ["docuai.run.view"]}
    answers = {
        "role": owner.post("/orgs/andina/roles/new/", role),
        "role by api": owner.post("/api/v1/orgs/andina/roles/", role, content_type="application/json"),
        "team by api": owner.post("/api/v1/orgs/andina/teams/", {"name": name}, content_type="application/json"),
        "key": owner.post(
            "/api/v1/orgs/andina/keys/", role | {"scopes": ["docuai.run.view"]}, content_type="application/json"
        ),
        "source": owner.post("/api/v1/orgs/andina/webhooks/sources/", {"name": name}, content_type="application/json"),
        "person": owner.post(
            "/me/", {"name": name, "language": "en", "region": "", "time_zone": "UTC", "theme": "dark"}
        ),
    }

    one_line = {"key", "source"} if name.split() != [name] else set()  # taken, with their line breaks as spaces
    refused = {what for what, answer in answers.items() if answer.status_code == 422}
    assert refused == answers.keys() - one_line
    assert all(answers[what].json()["name"].isprintable() for what in one_line)
    with tenant(andina.pk):
        assert (CustomRole.objects.count(), Team.objects.count()) == (0, 0)
