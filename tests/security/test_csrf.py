"""No POST of a signed-in browser without its token changes anything: every route, from the table of routes."""

import pytest
from django.test import Client

from platform_core.kits.tenancy.scope import unscoped
from tests.security.cast import make_cast
from tests.security.table import TABLE
from tests.security.walking import ask, path_of

REFUSED = (401, 403, 404, 405, 415)
# Called by programs that hold no cookie of ours: each proves itself otherwise, or is believed little.
WITHOUT_COOKIES = {"csp-reports", "webhook-receive", "mail-one-click", "notification-unsubscribe"}


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "100000/minute")
    with unscoped():
        yield


def test_every_route_refuses_a_post_without_the_token(db):
    cast = make_cast()
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.cookies = cast.owner.cookies
    open_ones = []
    for route in {route.name: route for route in TABLE}.values():
        if route.name in WITHOUT_COOKIES or route.name == "api-nothing":
            continue
        answer = ask(browser, "POST", path_of(route, cast.values), {})
        if answer.status_code not in REFUSED:
            open_ones.append(f"{route.name}: {answer.status_code}")

    assert open_ones == []
