"""Walks every route with owner, viewer, outsider, visitor and keys against ``table.TABLE``."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from platform_core.kits.tenancy.scope import unscoped
from tests.factories.keys import bearer
from tests.security.cast import Cast, make_cast
from tests.security.table import TABLE
from tests.security.walking import Route, ask, met, parameters, path_of, routes, staff_routes

NOT_OURS = {"api-nothing"}  # a regular expression: asked by its own test in tests/platform_core/api


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "100000/minute")
    with unscoped():
        yield


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()


def test_every_route_stands_in_the_table_and_every_line_is_a_route():
    named = {name for name, _path in routes()}
    lines = {route.name for route in TABLE}

    assert sorted(named - lines) == [], "add a line to tests/security/table.py"
    assert sorted(lines - named) == [], "no such route: remove the line from tests/security/table.py"


def test_no_line_stands_twice():
    labels = [route.label for route in TABLE]

    assert sorted({label for label in labels if labels.count(label) > 1}) == []


def test_everybody_gets_what_the_table_says(cast):
    surprises = [line for route in TABLE if route.name not in NOT_OURS for line in walk(cast, route)]

    assert not surprises, "\n".join(["", *surprises])


def walk(cast: Cast, route: Route) -> Iterator[str]:
    path = path_of(route, cast.values)
    for who in ("owner", "viewer", "outsider", "anonymous"):
        yield from differs(route, who, getattr(route, who), ask(getattr(cast, who), route.method, path, {}))
    if "slug" in parameters(route.name):
        elsewhere = path_of(route, {**cast.values, "slug": "norte"})
        expected = route.elsewhere if parameters(route.name) - {"slug"} else route.owner
        yield from differs(route, "elsewhere", expected, ask(cast.outsider, route.method, elsewhere, {}))
    if route.is_api:
        for who, expected in (("key", route.owner), ("bare_key", 403), ("other_key", 404)):
            headers = bearer(getattr(cast, who))
            yield from differs(route, who, expected, ask(cast.anonymous, route.method, path, headers))


def differs(route: Route, who: str, expected: int | str, answer) -> Iterator[str]:
    if not met(expected, answer):
        got = answer.status_code
        where = f" to {answer['Location']}" if got in (301, 302) else ""
        yield f"{route.label}: {who} expected {expected}, got {got}{where}"


def test_the_staff_admin_opens_to_staff_alone(cast):
    for name in set(staff_routes()) - {"admin:login", "admin:logout"}:
        for who in ("owner", "anonymous"):
            answer = ask(getattr(cast, who), "GET", reverse(name), {})
            assert (name, who, answer.status_code) == (name, who, 302)
            assert "/login/" in answer["Location"]
