"""Fields that a caller must not set, sent in every write operation of the description: refused, or without effect.

The walk is over the schema: a new operation is attacked without a line here.
"""

import json

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from platform_core.access.models import ApiKey
from platform_core.kits.api.examples import example_of
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Membership, Organization
from tests.factories.keys import bearer
from tests.security.cast import make_cast

STOLEN = str(new_id())
HOSTILE = {
    "id": STOLEN,
    "pk": STOLEN,
    "organization": STOLEN,
    "organization_id": STOLEN,
    "created_by": STOLEN,
    "created_by_id": STOLEN,
    "made_by_key": STOLEN,
    "role": "owner",
    "is_staff": True,
    "is_superuser": True,
    "revoked_at": None,
    "secret_hash": "0" * 64,
    "state": "done",
    "deleted_at": None,
    "created_at": "2001-01-01T00:00:00Z",
}
WRITES = ("post", "put", "patch")


@pytest.fixture
def cast(db):
    with unscoped():
        cache.clear()
        yield make_cast()


@pytest.fixture
def described(client, db):
    return client.get("/api/v1/schema/?format=json").json()


def writes(described):
    for path, methods in described["paths"].items():
        for method in WRITES:
            if "application/json" in methods.get(method, {}).get("requestBody", {}).get("content", {}):
                yield path, method, methods[method]["requestBody"]["content"]["application/json"]["schema"]


def body_of(schema, described):
    known = described["components"]["schemas"]
    inner = known[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    legal = example_of(schema, known)
    return {**legal, **{name: value for name, value in HOSTILE.items() if name not in inner.get("properties", {})}}


def held(organization):
    """What none of these calls may change."""
    with tenant(organization):
        people = sorted(Membership.objects.values_list("id", "role", "organization_id"))
        keys = sorted(ApiKey.objects.values_list("id", "organization_id", "created_by_id", "secret_hash", "revoked_at"))
    return people, keys, Organization.objects.filter(pk=STOLEN).exists()


def test_no_write_operation_takes_what_it_does_not_name(cast, described):
    organization = Organization.objects.get(slug="andina").pk
    before, attacked = held(organization), 0
    for path, method, schema in writes(described):
        url = path
        for name, value in cast.values.items():
            url = url.replace(f"{{{name}}}", str(value))
        attacked += 1
        sent = body_of(schema, described)
        point = transaction.savepoint()
        answer = Client(raise_request_exception=False).generic(
            method.upper(), url, json.dumps(sent), content_type="application/json", headers=bearer(cast.key)
        )
        assert answer.status_code < 500, (method, path, answer.content[:300])
        if answer.status_code < 300:
            people, keys, stolen = held(organization)
            assert people == before[0], path
            assert set(before[1]) <= set(keys), path
            assert not stolen
            assert all(row[1] == organization and str(row[0]) != STOLEN for row in keys), path
            shown = answer.json() if answer.content else {}
            taken = [name for name in set(sent) & set(HOSTILE) & set(shown) if shown[name] == HOSTILE[name] is not None]
            assert (STOLEN in answer.content.decode(), taken) == (False, []), path
        transaction.savepoint_rollback(point)
    assert attacked >= 8
    assert held(organization) == before
