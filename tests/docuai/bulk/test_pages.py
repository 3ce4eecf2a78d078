"""The pages of runs, as a browser without scripts would use them."""

from datetime import date

import pytest

from docuai.library import services as library
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.docuai.bulk.test_rendering import SOURCE
from tests.factories.organizations import make_member, make_organization


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def version(andina):
    with tenant(andina.pk):
        draft = library.create_template(
            actor=None, organization=andina, name="Greeting", engine="typst", sources={"en": SOURCE}
        )
        return library.publish(actor=None, version=draft)


@pytest.fixture
def signed_in(client, andina):
    def sign_in(role, organization=andina):
        client.force_login(make_member(organization, f"{role}@{organization.slug}.example", role))
        return client

    return sign_in


def test_a_stranger_finds_nothing(signed_in, version):
    client = signed_in("owner", make_organization("norte"))

    assert client.get("/orgs/andina/docuai/runs/").status_code == 404


def test_a_visitor_is_asked_to_sign_in(client, version):
    answer = client.get("/orgs/andina/docuai/runs/")

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/login/")


def test_the_home_page_offers_demo_people_in_the_demo_only(client, andina, settings):
    make_member(andina, "marta@andina.example")
    assert "Try it with demo data" not in client.get("/").content.decode()
    assert client.post("/demo/sign-in/", {"email": "marta@andina.example"}).status_code == 404

    settings.DEMO = True

    assert "Who are you?" in client.get("/demo/").content.decode()
    assert client.post("/demo/sign-in/", {"email": "marta@andina.example"}).status_code == 302


def test_the_clock_is_not_needed_to_number_runs(andina, version):
    from docuai.bulk import services

    with tenant(andina.pk):
        numbers = [
            services.request_run(
                actor=None, organization=andina, version=version, rows=[{"name": "Ana"}], today=date(2026, 11, 24)
            ).number
            for _ in range(3)
        ]
    assert numbers == [1, 2, 3]
