"""Every form of every page and every write of the API, with values that nobody should send: never our fault, nothing lost.

The forms are read from the pages themselves, the bodies from the description of the API: what comes later is walked
without a line here. A refusal (4xx) says why, and has changed nothing.
"""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import resolve

from platform_core.kits.api.examples import example_of
from platform_core.kits.tenancy.scope import unscoped
from tests.factories.keys import bearer
from tests.security.bad_values import JSONS, TEXTS, Form, forms_of, spoiled, state_of_everything, writes_so_far
from tests.security.cast import make_cast
from tests.security.table import TABLE
from tests.security.walking import path_of

LEAST_FORMS, LEAST_WRITES = 45, 20  # a walk that finds fewer does not see them
SLOW = {"api-template-preview"}  # seconds a document
FILES = {
    "empty": b"",
    "html": b"<!doctype html><script>alert(1)</script>",
    "svg in png": b"\x89PNG\r\n\x1a\n<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "pdf and html": b"%PDF-1.7\n<script>alert(1)</script>",
    "cut zip": b"PK\x03\x04" + b"\x00" * 40,
    "nul": b"name\x00,email\n\x00,\x00\n",
    "old office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600,
}
FILE_NAMES = ("../../a\r\nb\x00.docx", "x" * 400 + ".png", "a.html")


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    settings.API_RATES = dict.fromkeys(settings.API_RATES, "1000000/minute")
    with unscoped():
        yield


@pytest.fixture
def cast(db):
    return make_cast()


def sent(client: Client, path: str, fields: Any, **more: Any) -> tuple[Any, Any]:
    """The answer, and what a refusal has changed but traces; all of it is taken back."""
    cache.clear()
    block: Any = transaction.atomic()
    block._from_testcase = True
    with block:
        written = writes_so_far()
        answer = client.post(path, fields, **more) if "method" not in more else client.generic(path=path, **more)
        is_refused = answer.status_code in (400, 409, 413, 422)
        changed = is_refused and writes_so_far() != written and changes() - LEFT.get(url_name(path), set())
        transaction.set_rollback(True)
    return answer, changed


STATE: dict[str, Any] = {}
# What a refusal changes on purpose.
LEFT = {
    "run-data": {"platform_core_outboxevent"},  # that a file came and went
    "api-mobile-verify": {"platform_core_mobilenumber"},  # wrong codes are counted
}


def changes() -> set[str]:
    now = state_of_everything()
    return {table for table in now if now[table] != STATE["before"][table]}


def url_name(path: str) -> str:
    return resolve(path.partition("?")[0]).url_name or ""


def all_forms(cast) -> dict[str, Form]:
    found: dict[str, Form] = {}
    for route in TABLE:
        if route.method != "GET" or route.owner not in (200, 302) or route.is_api:
            continue
        for client in (cast.owner, cast.anonymous):
            path = path_of(route, cast.values)
            answer = client.get(path)
            if answer.status_code == 200 and answer["Content-Type"].startswith("text/html") and not answer.streaming:
                for form in forms_of(path, answer.content.decode()):
                    found.setdefault(f"{url_name(form.action)} {sorted(form.fields)} {sorted(form.files)}", form)
    return found


def wrong(answer: Any, changed: Any) -> str:
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    if changed:
        return f"{answer.status_code} and {sorted(changed)} has changed"
    if answer.status_code == 422 and b'role="alert"' not in answer.content and b'"detail":' not in answer.content:
        return "422 without a word"
    return ""


def test_no_form_of_any_page_breaks_by_what_is_typed_into_it(cast):
    forms, faults = all_forms(cast), []
    STATE["before"] = state_of_everything()
    for label, form in forms.items():
        for what, fields in spoiled(form.fields, TEXTS):
            fault = wrong(*sent(cast.owner, form.action, fields))
            if fault:
                faults.append(f"{label}: {what}: {fault}")

    assert not faults, "\n".join(["", *faults])
    assert len(forms) >= LEAST_FORMS


def test_no_form_of_any_page_breaks_by_the_file_that_it_is_given(cast):
    forms, faults, tried = all_forms(cast), [], 0
    STATE["before"] = state_of_everything()
    for label, form in forms.items():
        for name in form.files:
            for what, file_name in product(FILES, FILE_NAMES):
                file = SimpleUploadedFile("a", FILES[what], "text/html")
                file._name = file_name  # as it stands in the request, which the setter would tidy
                tried += 1
                if fault := wrong(*sent(cast.owner, form.action, {**form.fields, name: file})):
                    faults.append(f"{label}: {name}={what} {file_name[:20]!r}: {fault}")

    assert not faults, "\n".join(["", *faults])
    assert tried >= 5 * len(FILES) * len(FILE_NAMES)


def writes(cast) -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    described = cast.anonymous.get("/api/v1/schema/?format=json").json()
    known = described["components"]["schemas"]
    for path, methods in described["paths"].items():
        for method in ("post", "put", "patch"):
            content = methods.get(method, {}).get("requestBody", {}).get("content", {})
            if "application/json" not in content:
                continue
            filled = path
            for name, value in cast.values.items():
                filled = filled.replace(f"{{{name}}}", str(value))
            name = url_name(filled)
            if "{" not in filled and name not in SLOW:
                yield name, method.upper(), filled, example_of(content["application/json"]["schema"], known)


def test_no_write_of_the_api_breaks_by_what_is_sent(cast):
    STATE["before"] = state_of_everything()
    faults, walked = [], set()
    bodies = ["", "{", "[]", "null", '"x"', "1", '{"a":' * 2000, "\ud800".encode("utf-8", "surrogatepass"), b"\xff\xfe"]
    for name, method, path, legal in writes(cast):
        walked.add(f"{method} {name}")
        fields = legal if isinstance(legal, dict) else {}
        tried = [(f"body {body[:8]!r}", body) for body in bodies]
        tried += [(what, json.dumps(body)) for what, body in spoiled(fields, JSONS)]
        for what, body in tried:
            for headers in (bearer(cast.key), None) if what.startswith("body") else (None,):
                client = cast.anonymous if headers else cast.owner
                answer, changed = sent(
                    client, path, None, method=method, data=body, content_type="application/json", headers=headers
                )
                fault = wrong(answer, changed)
                if answer.status_code >= 400 and answer["Content-Type"] != "application/problem+json":
                    fault = f"{answer.status_code} is {answer['Content-Type']}"
                if fault:
                    faults.append(f"{method} {name} {'key' if headers else 'session'}: {what}: {fault}")

    assert not faults, "\n".join(["", *faults])
    assert len(walked) >= LEAST_WRITES
