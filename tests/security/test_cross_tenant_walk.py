"""Every route and API operation, by every method, with another organization's ids: 404 and not a byte of theirs.

``test_routes`` says who gets which status; here the stranger (a session and a key of norte) tries each method on andina's
addresses, and on norte's own addresses with andina's ids. What comes back never holds what only andina has.
"""

from collections.abc import Iterator

import pytest
from django.urls import resolve

from platform_core.kits.tenancy.scope import unscoped
from tests.factories.keys import bearer
from tests.security.cast import Cast, make_cast
from tests.security.table import TABLE
from tests.security.walking import ask, parameters, path_of

PAGE_METHODS, API_METHODS = ("GET", "POST"), ("GET", "POST", "PUT", "PATCH", "DELETE")
NOTHING_TOLD = (401, 404, 405)
MARKERS = (b"andina.example", b"Greeting", b"Hello #row", b"people.csv")


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "100000/minute")
    with unscoped():
        yield


def test_no_method_of_any_route_tells_a_stranger_anything(db):
    cast = make_cast()
    seen = [line for route in _routes() for line in attempts(cast, route)]

    assert not seen, "\n".join(["", *seen])


def _routes():
    return [route for route in {r.name: r for r in TABLE}.values() if "slug" in parameters(route.name)]


def attempts(cast: Cast, route) -> Iterator[str]:
    theirs = path_of(route, cast.values)
    ours = path_of(route, {**cast.values, "slug": "norte"})
    callers = [("session", cast.outsider, {})]
    if route.is_api:
        callers.append(("key", cast.anonymous, bearer(cast.other_key)))
    for method in _methods(route, theirs):
        for who, client, headers in callers:
            answer = ask(client, method, theirs, headers)
            if answer.status_code not in NOTHING_TOLD:
                yield f"{method} {route.name} by {who}: {answer.status_code}"
            yield from leaks(answer, f"{method} {route.name} by {who}")
            if parameters(route.name) - {"slug"}:
                yield from leaks(ask(client, method, ours, headers), f"{method} {route.name} at norte by {who}")


def _methods(route, path: str) -> tuple[str, ...]:
    """Of an API operation those that its class answers: all others end in the same 405."""
    if not route.is_api:
        return PAGE_METHODS
    view = resolve(path).func.cls
    return tuple(method for method in API_METHODS if hasattr(view, method.lower()))


def leaks(answer, label: str) -> Iterator[str]:
    body = b"".join(answer) if answer.streaming else answer.content
    for marker in MARKERS:
        if marker in body:
            yield f"{label}: {answer.status_code} holds {marker!r}"
