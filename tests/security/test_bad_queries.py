"""Addresses, headers and bodies that no page of ours makes: never our fault, on every route of the table.

Names of parameters are read from the code itself, so that a new one is tried without a line here.
"""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction

from platform_core.kits.tenancy.scope import unscoped
from portfolio.settings import ROOT
from tests.factories.keys import bearer
from tests.security.cast import make_cast
from tests.security.table import TABLE
from tests.security.walking import path_of

READ = re.compile(r"(?:GET|query_params)(?:\.get|\.getlist)?[\(\[]\"([a-z_]+)\"")
VALUES = [
    "",
    "\x00",
    "x" * 4_000,
    "9" * 400,
    "-1",
    "\ud800",
    "' OR 1=1 --",
    "0199c2e4-6f1a-7c35-9d1e-3f2b8a4c5d6e",
    "2026-13-45T99:99:99Z",
    "9999-12-31T23:59:59+14:00",
    "²[]",
]
SLOW = {"template-picture", "template-sample", "template-starter-picture", "run-draft-picture", "run-row-picture"}
BODIES = [
    ("application/json", b'{"name": "x"'),
    ("application/json", b"\xff\xfe\x00"),
    ("multipart/form-data", b"name=x"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nab'),
    ("multipart/form-data; boundary=" + "x" * 300, b"--x"),
    ("application/x-www-form-urlencoded", b"name=%ff%fe&" + b"&".join(b"a%d=1" % n for n in range(2_000))),
    ("application/x-www-form-urlencoded; charset=utf-7", b"name=x"),
    ("application/x-www-form-urlencoded; charset=nonsense", b"name=x"),
    ("text/xml", b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
    ("\u00e9/\u00e9; ;;", b"\x00" * 100),
]
HEADERS = [
    {"Accept": "nonsense"},
    {"Accept-Language": "x" * 3_000},
    {"Accept-Language": "es;q=NaN, \u202e"},
    {"Range": "bytes=99999999999999999999-1"},
    {"Range": "bytes=-0"},
    {"If-Match": '"\x7f'},
    {"If-None-Match": "*, W/"},
    {"If-Modified-Since": "yesterday"},
    {"Idempotency-Key": "x" * 5_000},
    {"Idempotency-Key": "\u2028"},
    {"HX-Request": "true", "HX-Target": "\x01#", "HX-Current-URL": "http://[::1"},
    {"X-Forwarded-For": "<script>, 999.999.999.999, ::"},
    {"User-Agent": ""},
    {"Cookie": "sessionid=\x01; csrftoken=;;; django_language=../../x; theme=<b>"},
    {"Host": "evil.example"},
    {"Authorization": "Bearer " + "x" * 4_000},
    {"Authorization": "Basic ="},
    {"Referer": "http://[::1"},
]


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "1000000/minute")
    cache.clear()
    with unscoped():
        yield


def names() -> list[str]:
    """Of parameters that the code reads from addresses."""
    apps = [path for app in ("platform_core", "docuai", "portfolio") for path in (ROOT / app).rglob("*.py")]
    found = {name for path in apps for name in READ.findall(path.read_text())}
    return sorted(found | {"limit", "cursor", "offset", "page", "ordering", "q"})


def asked(client: Any, method: str, path: str, *given: Any, **more: Any) -> int:
    block: Any = transaction.atomic()
    block._from_testcase = True
    with block:
        answer = getattr(client, method)(path, *given, **more)
        if answer.streaming:
            b"".join(answer)
        transaction.set_rollback(True)
    return int(answer.status_code)


def test_no_address_breaks_by_its_query(db):
    cast, broken, wanted = make_cast(), [], names()
    for route in TABLE:
        if route.method != "GET" or route.name in SLOW or (route.owner != 200 and route.anonymous != 200):
            continue
        client, headers = (cast.anonymous, bearer(cast.key)) if route.is_api else (cast.owner, {})
        for value in VALUES:
            sent = {name: value.encode("utf-8", "surrogatepass") for name in wanted}
            if (status := asked(client, "get", path_of(route, cast.values), sent, headers=headers)) >= 500:
                broken.append(f"{route.name} {value[:20]!r}: {status}")

    assert not broken, "\n".join(["", *broken])
    assert len(wanted) > 25, wanted


def test_no_form_breaks_by_a_body_of_another_kind(db):
    cast, broken = make_cast(), []
    for route in {route.name: route for route in TABLE}.values():
        path = path_of(route, cast.values)
        for kind, body in BODIES:
            if (status := asked(cast.owner, "generic", "POST", path, body, content_type=kind)) >= 500:
                broken.append(f"{route.name} {kind[:40]}: {status}")

    assert not broken, "\n".join(["", *broken])


def test_no_route_breaks_by_its_headers(db):
    cast, broken = make_cast(), []
    tried = (
        "members",
        "audit",
        "run-manifest",
        "file",
        "notifications",
        "home",
        "status",
        "check",
        "api-me",
        "api-members",
    )
    for route in TABLE:
        if route.name not in tried or route.method != "GET":
            continue
        for sent in HEADERS:
            headers = {**(bearer(cast.key) if route.is_api else {}), **sent}
            client = cast.anonymous if route.is_api else cast.owner
            for method in ("get", "post"):
                if (status := asked(client, method, path_of(route, cast.values), headers=headers)) >= 500:
                    broken.append(f"{method} {route.name} {sent}: {status}")

    assert not broken, "\n".join(["", *broken])
