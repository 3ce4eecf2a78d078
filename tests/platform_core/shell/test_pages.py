"""Pages of the shell: whole, translated by nobody's browser, honest about what exists."""

import re

import pytest
from django.test import Client, RequestFactory, override_settings

from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.scope import tenant
from platform_core.shell import errors
from tests.factories.organizations import make_member, make_organization

# For the browser tests: pages that need no sign-in and no data.
PUBLIC_PAGES = ("/", "/_ui/", "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/nowhere/")

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", PUBLIC_PAGES)
def test_a_page_leaves_no_component_unrendered(path: str) -> None:
    page = Client().get(path).content.decode()
    assert not re.search(r"</?c-[a-z]", page)
    assert page.count("<h1") == 1
    assert "Content-Security-Policy" in Client().get(path).headers


def test_no_page_holds_an_inline_script_or_style_element() -> None:
    page = Client().get("/_ui/").content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son[a-z]+=", page)


def test_the_error_of_a_field_is_linked_to_its_control() -> None:
    page = Client().get("/_ui/").content.decode()
    assert re.search(
        r'id="id_b-name"[^>]*aria-describedby="id_b-name_helptext id_b-name_error"|aria-describedby="id_b-name_helptext id_b-name_error"[^>]*id="id_b-name"',
        page,
    )
    assert 'id="id_b-name_error"' in page


def test_the_language_is_switched_and_kept() -> None:
    client = Client()
    client.post("/language/", {"language": "es", "next": "/_ui/"})
    assert 'lang="es"' in client.get("/_ui/").content.decode()


def test_the_way_back_never_leaves_this_site() -> None:
    assert Client().post("/theme/", {"theme": "dark", "next": "https://evil.example/"})["Location"] == "/"


def test_the_demo_page_does_not_exist_outside_of_the_demo() -> None:
    assert Client().get("/demo/").status_code == 404


@override_settings(DEMO=True)
def test_one_click_signs_in_and_the_launcher_opens() -> None:
    user = make_member(make_organization("andina"), "ana@andina.example")
    client = Client()
    assert client.post("/demo/sign-in/", {"email": user.email}).status_code == 302
    page = client.get("/").content.decode()
    assert "Andina" in page
    assert not re.search(r"</?c-[a-z]", page)


def test_the_failure_page_asks_no_database(django_assert_num_queries: object) -> None:
    request = RequestFactory().get("/")
    with django_assert_num_queries(0):  # type: ignore[operator]
        response = errors.server_error(request)
    assert response.status_code == 500
    assert b"Something broke on our side" in response.content


def test_a_new_organization_shows_what_is_left_to_set_up_until_it_is_put_away(client: Client) -> None:
    andina = make_organization("andina")
    owner, viewer = make_member(andina, "marta@andina.example"), make_member(andina, "tomas@andina.example", "viewer")

    client.force_login(viewer)
    assert "Set up Andina" not in client.get("/").content.decode()
    client.force_login(owner)
    page = client.get("/").content.decode()
    assert re.findall(r'<span class="(muted|b)">([^<]+)</span>', page.partition('id="set-up"')[2]) == [
        ("muted", "Invite a colleague"),
        ("b", "Add your brand"),
        ("b", "Require a second factor"),
        ("b", "Make the first documents"),
        ("b", "Make an API key"),
    ]

    assert client.post("/orgs/andina/set-up/dismiss/")["Location"] == "/?in=andina"

    assert "Set up Andina" not in client.get("/").content.decode()
    with tenant(andina.pk):
        assert AuditEvent.objects.filter(action="organization.setup_dismissed").count() == 1
