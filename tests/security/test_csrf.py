"""No POST of a signed-in browser without its token changes anything: every route, from the table of routes."""

import pytest
from django.test import Client

from platform_core.kits.tenancy.scope import unscoped
from tests.security.cast import make_cast
from tests.security.table import TABLE
from tests.security.walking import ask, path_of

REFUSED = (401, 403, 404, 405, 415)
# Read no cookie of ours, so another site gains nothing by making a browser call them.
WITHOUT_COOKIES = {
    "csp-reports": "browsers send no token with a report; it is counted and logged, no more",
    "hook-in": "called by programs: the signature decides, whoever calls",
    "check": "anybody may ask who issued a file; nothing is stored",
    "api-key-held-revoke": "whoever holds the key may end it: the key in the body decides, sessions are not read",
    "api-nothing": "a regular expression, answered by 404 alone",
}


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "100000/minute")
    with unscoped():
        yield


def test_every_exception_is_a_route():
    assert sorted(WITHOUT_COOKIES.keys() - {route.name for route in TABLE}) == []


def test_every_route_refuses_a_post_without_the_token(db):
    cast = make_cast()
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.cookies = cast.owner.cookies
    open_ones = []
    for route in {route.name: route for route in TABLE}.values():
        if route.name in WITHOUT_COOKIES:
            continue
        answer = ask(browser, "POST", path_of(route, cast.values), {})
        if answer.status_code not in REFUSED:
            open_ones.append(f"{route.name}: {answer.status_code}")

    assert open_ones == []
