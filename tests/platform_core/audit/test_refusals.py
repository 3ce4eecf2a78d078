"""Refusals are written once a minute, by themselves, with where they came from."""

import pytest
from django.db import transaction

from platform_core.audit.models import AuditEvent
from platform_core.audit.services import audit, audit_refusal
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.organizations import make_member, make_organization

PERMISSION = "docuai.run.start"


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


def denials(organization):
    with tenant(organization.pk):
        return list(AuditEvent.objects.filter(outcome="denied").order_by("at"))


def test_a_client_that_asks_in_a_loop_leaves_one_row_a_principal_and_permission(andina):
    viewer, editor = (
        make_member(andina, "v@andina.example", "viewer"),
        make_member(andina, "e@andina.example", "editor"),
    )

    with tenant(andina.pk):
        written = [audit_refusal(action=PERMISSION, actor_id=viewer.pk) is not None for _ in range(20)]
        audit_refusal(action="platform_core.key.manage", actor_id=viewer.pk)
        audit_refusal(action=PERMISSION, actor_id=editor.pk)

    assert written == [True] + [False] * 19
    assert [(row.actor_id, row.action) for row in denials(andina)] == [
        (viewer.pk, PERMISSION),
        (viewer.pk, "platform_core.key.manage"),
        (editor.pk, PERMISSION),
    ]


def test_without_redis_every_refusal_is_written(andina, settings):
    viewer = make_member(andina, "v@andina.example", "viewer")
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
        }
    }

    with tenant(andina.pk):
        audit_refusal(action=PERMISSION, actor_id=viewer.pk)
        audit_refusal(action=PERMISSION, actor_id=viewer.pk)

    assert len(denials(andina)) == 2


@pytest.mark.django_db(transaction=True)
def test_a_refusal_inside_an_open_transaction_is_a_bug_that_shows():
    andina = make_organization("andina")
    viewer = make_member(andina, "v@andina.example", "viewer")

    with pytest.raises(RuntimeError, match="durable"), tenant(andina.pk), transaction.atomic():
        audit_refusal(action=PERMISSION, actor_id=viewer.pk)

    assert denials(andina) == []


def test_the_record_says_from_where_the_request_came(andina, client, settings):
    client.force_login(make_member(andina, "v@andina.example", "viewer"))
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    answer = client.post(
        "/orgs/andina/docuai/runs/new/",
        headers={"User-Agent": "Firefox", "X-Forwarded-For": "10.0.0.9, 203.0.113.7", "X-Request-ID": "r-1"},
    )

    assert answer.status_code == 403
    (row,) = denials(andina)
    assert (row.ip, row.user_agent, row.action, row.actor_kind) == ("203.0.113.7", "Firefox", PERMISSION, "person")
    assert row.request_id == answer["X-Request-ID"]


def test_without_a_proxy_of_ours_nobody_chooses_the_address_that_is_written_down(andina, client, settings):
    client.force_login(make_member(andina, "v@andina.example", "viewer"))
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0

    client.post("/orgs/andina/docuai/runs/new/", headers={"X-Forwarded-For": "203.0.113.7"})

    assert denials(andina)[0].ip == "127.0.0.1"


def test_outside_of_a_request_there_is_no_address(andina):
    with tenant(andina.pk):
        row = audit(action="organization.renamed", target_label="Andina", changes={"name": ["A", "Andina"]})

    assert (row.ip, row.user_agent, row.request_id, row.actor_kind) == (None, "", "", "system")


def test_a_record_of_no_organization_is_refused(db):
    with pytest.raises(ValueError, match="belongs to no organization"):
        audit(action="organization.renamed")
