"""Errors of the API: one shape, RFC 9457, a pointer per field, the request's id."""

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.exceptions import ErrorDetail

from platform_core.kits.api.problems import ProblemError, flatten, handle, pointer_of, register_problem
from platform_core.kits.tenancy.scope import unscoped
from platform_core.permissions import JOB_VIEW, KEY_MANAGE
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization

KEYS = "/api/v1/orgs/andina/keys/"


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def context(rf):
    request = rf.get("/")
    request.request_id = "r-1"
    return {"request": request, "view": None}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (exceptions.ParseError("no"), 400, "parse_error"),
        (exceptions.NotAuthenticated(), 401, "not_authenticated"),
        (PermissionDenied(), 403, "permission_denied"),
        (Http404(), 404, "not_found"),
        (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (ProblemError(409, "run_ended", "The run has ended."), 409, "run_ended"),
        (RequestDataTooBig(), 413, "too_large"),
        (exceptions.UnsupportedMediaType("text/csv"), 415, "unsupported_media_type"),
        (exceptions.ValidationError({"name": ["no"]}), 422, "invalid"),
        (exceptions.Throttled(wait=2.1), 429, "throttled"),
        (RuntimeError("a password: x"), 500, "error"),
    ],
)
def test_each_error_has_its_status_and_code_and_tells_nothing_else(context, error, status, code):
    answer = handle(error, context)

    body = answer.data
    assert (answer.status_code, body["status"], body["code"], body["request_id"]) == (status, status, code, "r-1")
    assert {"type", "title", "detail"} <= body.keys()
    assert answer.content_type == "application/problem+json"
    assert "password" not in str(body)
    assert answer.headers.get("Retry-After") == ("3" if status == 429 else None)


class TableError(Exception):
    """What a slice raises."""


class ColumnError(TableError):
    field, code = "columns", "doubled"


def test_an_error_of_a_slice_gets_the_status_it_was_registered_with_and_its_own_words(context):
    register_problem(TableError, status=422, code="table")

    plain = handle(TableError("The table is empty."), context).data
    of_a_field = handle(ColumnError("Two columns are called name."), context).data

    assert (plain["status"], plain["code"], plain["detail"]) == (422, "table", "The table is empty.")
    assert of_a_field["errors"] == [
        {"pointer": "/columns", "code": "doubled", "message": "Two columns are called name."}
    ]


class Row(serializers.Serializer):
    name = serializers.CharField()


class Table(serializers.Serializer):
    rows = Row(many=True)


def test_a_pointer_leads_to_each_value_that_is_to_blame():
    asked = Table(data={"rows": [{"name": "Ana"}, {}, {"name": ""}]})
    asked.is_valid()

    assert list(flatten(asked.errors)) == [
        {"pointer": "/rows/1/name", "code": "required", "message": "This field is required."},
        {"pointer": "/rows/2/name", "code": "blank", "message": "This field may not be blank."},
    ]
    assert list(flatten({"non_field_errors": [ErrorDetail("both", "both")]})) == [
        {"pointer": "", "code": "both", "message": "both"}
    ]
    assert pointer_of("a/b", "c~d", 3) == "/a~1b/c~0d/3"  # RFC 6901, section 4


def test_who_does_not_say_who_they_are_is_told_how(client, andina):
    for headers in ({}, bearer("pf_live_x"), {"Authorization": "Basic YTpi"}):
        answer = client.get(KEYS, headers=headers)

        assert answer.status_code == 401
        assert answer["WWW-Authenticate"] == 'Bearer realm="portfolio"'
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["request_id"] == answer["X-Request-ID"]


def test_a_session_needs_its_token_to_write_and_none_to_read(andina):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(make_member(andina, "marta@andina.example"))

    assert client.get(KEYS).status_code == 200
    refused = client.post(KEYS, {"name": "x", "scopes": [JOB_VIEW]}, content_type="application/json")
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")


@pytest.mark.parametrize(
    ("body", "kind", "status", "pointers"),
    [
        ("{", "application/json", 400, None),
        (b"\xff\xfe", "application/json", 400, None),
        ('{"name": NaN}', "application/json", 400, None),
        ("[]", "application/json", 422, [""]),
        ("{}", "application/json", 422, ["/name", "/scopes"]),
        ('{"name": "a\\u0000b", "scopes": ["x"]}', "application/json", 422, ["/name"]),
        ('{"name": "x", "scopes": ["docuai.run.strat"]}', "application/json", 422, ["/scopes"]),
        (f'{{"name": "x", "scopes": ["{JOB_VIEW}"], "expires_at": "soon"}}', "application/json", 422, ["/expires_at"]),
        ('{"name": "x", "scopes": [7, ["a"]]}', "application/json", 422, ["/scopes/1"]),
        ("name=x", "text/csv", 415, None),
    ],
)
def test_a_body_that_cannot_be_used_says_where(client, andina, body, kind, status, pointers):
    _key, secret = make_key(andina, [KEY_MANAGE, JOB_VIEW])

    answer = client.post(KEYS, body, content_type=kind, headers=bearer(secret))

    assert answer.status_code == status, answer.content
    assert [each["pointer"] for each in answer.json().get("errors", [])] == (pointers or [])


def test_an_address_below_the_api_that_is_none_is_a_problem_not_a_page(client, db):
    answer = client.get("/api/v1/nothing/")

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_a_method_that_is_not_there_says_which_are(client, andina):
    _key, secret = make_key(andina)

    answer = client.put(KEYS, "{}", content_type="application/json", headers=bearer(secret))

    assert (answer.status_code, answer["Allow"]) == (405, "GET, POST, HEAD, OPTIONS")


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client, andina):
    _key, secret = make_key(andina)

    class Unread:
        def read(self, *_size):
            raise AssertionError("the body was read")

        readline = read

    answer = client.post(
        KEYS,
        "{}",
        content_type="application/json",
        headers=bearer(secret),
        **{"CONTENT_LENGTH": "1000000000", "wsgi.input": Unread()},
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
