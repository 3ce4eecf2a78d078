"""The API's description: complete, from our own files, and with samples that run."""

import json
import re
import shlex

import jsonschema
import pytest
import yaml
from django.urls import reverse

from docuai.permissions import RUN_VIEW
from platform_core.access.registry import PERMISSIONS
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.keys import make_key
from tests.factories.organizations import make_member, make_organization

WITHOUT_KEY = {
    "/api/v1/orgs/{slug}/evidence/keys/{key_id}/revoke/",  # twice is as once
    "/api/v1/orgs/{slug}/evidence/members/{member_id}/revoke/",  # twice is as once
    "/api/v1/keys/revoke/",  # twice is as once
    "/api/v1/orgs/{slug}/files/uploads/",  # tus goes on by itself; an upload too many is swept
    "/api/v1/orgs/{slug}/docuai/templates/{template}/versions/{version_id}/preview/",  # makes nothing
    "/api/v1/me/notifications/read/",  # twice is as once
    "/api/v1/me/mobile/",  # one code a minute
    "/api/v1/me/mobile/verify/",  # a code works once
    "/api/v1/orgs/{slug}/shares/{kind}/{object_id}/",  # twice is as once
}


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


@pytest.fixture
def described(client, db):
    return yaml.safe_load(client.get(reverse("api-schema")).content)


def operations(described):
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def test_every_operation_says_who_may_how_it_fails_and_which_product_it_is_of(described):
    assert described["openapi"].startswith("3.1")
    assert described["components"]["securitySchemes"].keys() == {"apiKey", "cookieAuth"}
    for path, method, operation in operations(described):
        assert {"apiKey": []} in operation["security"], path
        assert {"401", "403", "429"} <= operation["responses"].keys(), (method, path)
        assert operation["tags"][0] in {"Me", "Organization", "DocuAI"}
        assert operation["description"].strip(), (method, path)
        if "/orgs/" in path:
            assert "Scope: `" in operation["description"], (method, path)


def test_every_request_and_answer_has_an_example_that_its_own_schema_takes(described):
    shapes = described["components"]
    for path, method, operation in operations(described):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for body in bodies:
            body = shapes["responses"][body["$ref"].rpartition("/")[2]] if "$ref" in body else body
            for kind, content in body.get("content", {}).items():
                examples = content.get("examples", {})
                assert examples, (method, path, kind)
                if "json" not in kind:
                    continue
                checker = jsonschema.Draft202012Validator({**content["schema"], "components": shapes})
                for name, example in examples.items():
                    faults = [fault.message for fault in checker.iter_errors(example["value"])]
                    assert faults == [], (method, path, name)


def test_every_operation_of_an_organization_names_its_scope_for_programs(described):
    named = {op["x-required-scope"] for path, _method, op in operations(described) if "/orgs/{slug}/" in path}

    assert named <= set(PERMISSIONS)
    assert RUN_VIEW in named


def test_every_operation_that_can_refuse_a_value_or_a_state_says_so(described):
    for path, method, operation in operations(described):
        wanted = {"401", "403", "429"}
        wanted |= {"404"} if "{" in path else set()
        wanted |= {"400", "409", "422"} if method in ("post", "put", "patch") else set()
        assert wanted <= operation["responses"].keys(), (method, path)


def test_operation_ids_are_unique(described):
    ids = [operation["operationId"] for _path, _method, operation in operations(described)]

    assert len(ids) == len(set(ids))


def test_every_post_that_makes_or_starts_something_can_be_repeated(described):
    posts = [(path, operation) for path, method, operation in operations(described) if method == "post"]

    without = [p for p, o in posts if "Idempotency-Key" not in [x["name"] for x in o.get("parameters", [])]]
    assert set(without) <= WITHOUT_KEY


def test_the_samples_of_the_platform_run(described, client):
    andina = make_organization("andina")
    make_member(andina, "marta@andina.example")
    key, secret = make_key(andina)
    with tenant(andina.pk):
        job = Job.objects.create(organization=andina, kind="t", title="T")
    people_only = "/api/v1/me/notif"  # of a person: a key has none
    values = {"{slug}": "andina", "{key_id}": str(key.pk), "{job_id}": str(job.pk)}
    ran = 0
    for path, method, operation in sorted(operations(described), key=lambda each: each[1] == "delete"):
        if any(each["in"] == "query" and each.get("required") for each in operation.get("parameters", [])):
            continue
        if (
            set(re.findall(r"\{\w+\}", path)) - values.keys()
            or path.startswith(people_only)
            or "/docuai/" in path
            or method not in ("get", "post")
        ):
            continue
        words = shlex.split(operation["x-codeSamples"][0]["source"].replace("\\\n", " "))
        address = next(word for word in words if word.startswith("$URL")).removeprefix("$URL")
        for name, value in values.items():
            address = address.replace(name, value)
        if method == "post" and "-d" not in words:
            continue
        body = json.loads(words[words.index("-d") + 1]) if "-d" in words else None
        headers = {"Authorization": f"Bearer {secret}"}
        answer = client.generic(
            method.upper(), address, json.dumps(body) if body else "", "application/json", headers=headers
        )
        if answer.status_code == 403 and answer.json()["type"].endswith(":person_required"):
            continue  # what only a person may do; that a key may not is tested there
        assert answer.status_code in (200, 201, 202, 204), (address, answer)
        ran += 1
    assert ran >= 8


def test_the_page_works_under_our_policy(client, db):
    page = client.get(reverse("api-docs"))
    script = client.get(reverse("api-docs") + "?script")

    text = page.content.decode()
    assert page.status_code == 200
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert "script-src 'self';" in page["Content-Security-Policy"]
    assert script["Content-Type"].startswith("application/javascript")
    assert '"/api/v1/schema/"' in script.content.decode()
