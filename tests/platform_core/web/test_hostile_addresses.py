"""Addresses and forms that no link of ours makes: numbers that are none, texts that cannot be stored."""

import pytest

from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization
from tests.factories.runs import make_run, work


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    organization = make_organization("andina")
    with tenant(organization.pk):
        work(make_run(organization))
    return organization


@pytest.fixture
def owner(client, andina):
    client.raise_request_exception = False
    client.force_login(make_member(andina, "owner@andina.example"))
    return client


@pytest.mark.parametrize("value", ["²", "9" * 5000, "-1", "abc", "٣"])
@pytest.mark.parametrize("address", ["docuai/runs/?q=", "docuai/runs/1/?q=", "docuai/runs/1/?page=", "audit/?days="])
def test_a_number_that_is_none_is_passed_over(owner, address, value):
    assert owner.get(f"/orgs/andina/{address}{value}").status_code == 200


def test_a_version_that_is_no_number_is_not_there(owner):
    for version in ("²", "9" * 5000):
        assert owner.get(f"/orgs/andina/docuai/runs/1/rows/1/document/?version={version}").status_code == 404


@pytest.mark.parametrize("address", ["docuai/templates/?q=", "jobs/?q=", "members/?q=", "docuai/runs/1/?q="])
def test_a_nul_in_an_address_is_said(owner, address):
    answer = owner.get(f"/orgs/andina/{address}%00")

    assert answer.status_code == 400
    assert "a character that is no text (NUL)" in answer.content.decode()


def test_a_nul_in_an_address_of_the_api_is_said(client, andina):
    secret = make_key(andina)[1]

    answer = client.get("/api/v1/orgs/andina/docuai/templates/?q=%00", headers=bearer(secret))

    assert (answer.status_code, answer.json()["code"]) == (422, "nul_character")


@pytest.mark.parametrize(
    "to", ["abc", "//evil.example/", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
@pytest.mark.parametrize("switch", ["language", "theme"])
def test_a_switch_goes_back_to_pages_of_ours_alone(client, db, switch, to):
    answer = client.post(f"/{switch}/", {"next": to})

    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize("wanted", [f"bytes={'9' * 5000}-", f"bytes=0-{'9' * 5000}"])
def test_a_range_of_thousands_of_digits_is_no_range(owner, wanted):
    answer = owner.get("/orgs/andina/docuai/runs/1/archive/", headers={"Range": wanted})

    assert answer.status_code == 200
