"""API keys: what they look like, who may make them, what they may, and that they end at once."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from docuai.permissions import RUN_START, RUN_VIEW
from platform_core.access import keys, services
from platform_core.access.can import Principal
from platform_core.access.models import ApiKey
from platform_core.access.secrets import checksum, digest, is_well_formed, new_secret
from platform_core.audit.models import AuditEvent
from platform_core.kits.api.throttling import Terms
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.permissions import JOB_VIEW, KEY_MANAGE, ORGANIZATION_TRANSFER
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization

MINUTE = timedelta(minutes=1)
NO_REDIS = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def frame(monkeypatch):
    monkeypatch.setattr(keys, "_touched", {})
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def norte(db):
    return make_organization("norte")


def queries():
    return CaptureQueriesContext(connection)


def test_a_secret_says_what_it_is_and_a_slip_of_the_pen_is_seen():
    secret = new_secret()

    assert len(secret) == 58
    assert secret.startswith("pf_live_")
    assert is_well_formed(secret)
    assert secret != new_secret()
    changed = secret[:20] + ("a" if secret[20] != "a" else "b") + secret[21:]
    assert not is_well_formed(changed)
    for wrong in ("", "pf_live_", secret[:-1], secret + "0", secret.replace("live", "test"), "ñ" * 58):
        assert not is_well_formed(wrong)


def test_the_checksum_is_crc_32_in_base_62():
    assert checksum("123456789") == "3jZRME"  # CRC-32 of the check string is 0xCBF43926 = 3421780262


def test_only_the_hash_is_stored(andina):
    key, secret = make_key(andina, [RUN_VIEW])

    with tenant(andina.pk):
        row = ApiKey.objects.get()
    assert (row.secret_hash, row.prefix) == (digest(secret), secret[:16])
    assert secret not in str({field.name: getattr(row, field.name) for field in row._meta.fields})


def test_a_key_is_known_by_its_secret_and_carries_its_scopes(andina):
    key, secret = make_key(andina, [RUN_VIEW, JOB_VIEW])

    found = keys.authenticate(secret)

    assert found == keys.Credential(
        andina.pk, "andina", key.pk, "Payroll", frozenset([RUN_VIEW, JOB_VIEW]), None, Terms({}, 50)
    )


def test_a_wrong_checksum_costs_no_query_an_unknown_secret_one_a_hot_key_none(andina):
    _key, secret = make_key(andina, [RUN_VIEW])
    with queries() as wrong:
        assert keys.authenticate(secret[:-1] + ("0" if secret[-1] != "0" else "1")) is None
    with queries() as unknown:
        assert keys.authenticate(new_secret()) is None
    with queries() as cold:
        assert keys.authenticate(secret)
    with queries() as hot:
        assert keys.authenticate(secret)

    assert [len(each) for each in (wrong, unknown, cold, hot)] == [
        0,
        1,
        4,
        0,
    ]  # cold: find, read, its plan, note the use


def test_a_revoked_key_dies_at_once_even_while_it_is_remembered(andina, django_capture_on_commit_callbacks):
    key, secret = make_key(andina, [RUN_VIEW])
    assert keys.authenticate(secret)

    with tenant(andina.pk), django_capture_on_commit_callbacks(execute=True):
        assert services.revoke_key(actor=None, key=key)
        assert not services.revoke_key(actor=None, key=key)

    assert keys.authenticate(secret) is None
    with tenant(andina.pk):
        assert AuditEvent.objects.filter(action="key.revoked", target_id=str(key.pk)).count() == 1


def test_a_revoked_key_dies_at_once_though_the_process_has_its_own_copy(
    andina, client, django_capture_on_commit_callbacks
):
    key, secret = make_key(andina, [JOB_VIEW])
    url = "/api/v1/orgs/andina/jobs/"
    assert client.get(url, headers=bearer(secret)).status_code == 200
    assert keys.recalled(secret) == keys.authenticate(secret)
    with queries() as hot:
        assert client.get(url, headers=bearer(secret)).status_code == 200
    assert len(hot) == 1  # the list

    with tenant(andina.pk), django_capture_on_commit_callbacks(execute=True):
        services.revoke_key(actor=None, key=key)

    assert keys.recalled(secret)  # another process has revoked it, for all that this one knows
    answer = client.get(url, headers=bearer(secret))
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_key")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_copy_is_worth_nothing_without_redis_and_after_its_time(andina, client, settings):
    key, secret = make_key(andina, [JOB_VIEW])
    url = "/api/v1/orgs/andina/jobs/"
    client.get(url, headers=bearer(secret))
    with time_machine.travel(timezone.now() + timedelta(seconds=keys.REMEMBER_SECONDS)):
        assert keys.recalled(secret) is None

    settings.REDIS_URL = NO_REDIS
    assert client.get(url, headers=bearer(secret)).status_code == 200
    with tenant(andina.pk):
        services.revoke_key(actor=None, key=key)

    assert keys.recalled(secret)
    assert client.get(url, headers=bearer(secret)).status_code == 401


def test_a_memory_that_was_made_while_the_key_was_revoked_is_worth_nothing(
    andina, monkeypatch, django_capture_on_commit_callbacks
):
    key, secret = make_key(andina, [RUN_VIEW])
    read = keys._read

    def read_then_revoke(hashed):
        found = read(hashed)
        with tenant(andina.pk), django_capture_on_commit_callbacks(execute=True):
            services.revoke_key(actor=None, key=key)
        return found

    monkeypatch.setattr(keys, "_read", read_then_revoke)
    assert keys.authenticate(secret)  # it was alive when it was read
    monkeypatch.undo()

    assert keys.authenticate(secret) is None


def test_a_key_ends_when_it_says(andina):
    _key, secret = make_key(andina, [RUN_VIEW], expires_at=timezone.now() + MINUTE)
    assert keys.authenticate(secret)

    with time_machine.travel(timezone.now() + 2 * MINUTE):
        assert keys.authenticate(secret) is None


def test_without_redis_keys_still_work_and_still_die(andina, settings):
    settings.REDIS_URL = NO_REDIS
    key, secret = make_key(andina, [RUN_VIEW])
    assert keys.authenticate(secret)

    with tenant(andina.pk):
        services.revoke_key(actor=None, key=key)

    assert keys.authenticate(secret) is None


def test_the_last_use_is_noted_at_most_once_a_minute(andina):
    key, secret = make_key(andina, [RUN_VIEW])

    def last_used():
        with tenant(andina.pk):
            return ApiKey.objects.values_list("last_used_at", flat=True).get(pk=key.pk)

    keys.authenticate(secret)
    first = last_used()
    keys._touched.clear()  # another process
    keys.authenticate(secret)

    assert first is not None
    assert last_used() == first


def test_nobody_gives_what_they_do_not_hold(andina):
    user = make_member(andina, "e@andina.example", "editor")
    attempts = {
        "unknown": ("owner", [*("docuai.run.strat",)]),
        "required": ("owner", []),
        "not_held": ("editor", [RUN_START, KEY_MANAGE]),
    }
    for code, (role, scopes) in attempts.items():
        with tenant(andina.pk), pytest.raises(services.KeyRefusedError) as refused:
            services.create_key(
                actor=user, principal=Principal(andina.pk, role, user.pk), organization=andina, name="x", scopes=scopes
            )
        assert (refused.value.field, refused.value.code) == ("scopes", code)
    with tenant(andina.pk), pytest.raises(services.KeyRefusedError, match="only a person"):
        services.create_key(
            actor=user,
            principal=Principal(andina.pk, "owner", user.pk),
            organization=andina,
            name="x",
            scopes=[ORGANIZATION_TRANSFER],
        )
    with tenant(andina.pk):
        assert not ApiKey.objects.exists()
        assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * 101, "a\0b"])
def test_a_key_has_a_name_that_people_can_read(andina, name):
    with tenant(andina.pk), pytest.raises(services.KeyRefusedError) as refused:
        services.create_key(
            actor=None, principal=Principal(andina.pk, "owner"), organization=andina, name=name, scopes=[RUN_VIEW]
        )
    assert refused.value.field == "name"


def test_a_key_makes_keys_no_wider_than_itself(andina, client):
    _key, secret = make_key(andina, [KEY_MANAGE, RUN_VIEW])
    url = "/api/v1/orgs/andina/keys/"

    def make(scopes):
        body = {"name": "Child", "scopes": scopes}
        return client.post(url, body, content_type="application/json", headers=bearer(secret))

    assert make([RUN_START]).status_code == 422
    answer = make([RUN_VIEW])
    assert answer.status_code == 201
    with tenant(andina.pk):
        written = AuditEvent.objects.get(action="key.created", target_id=answer.json()["id"])
    assert (written.actor_kind, written.actor_id, written.key_id) == ("key", None, _key.pk)


def test_a_key_makes_no_key_that_outlives_it(andina, client):
    key, secret = make_key(andina, [KEY_MANAGE, JOB_VIEW])
    with tenant(andina.pk):
        ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now() + timedelta(days=2))
    keys = f"/api/v1/orgs/{andina.slug}/keys/"
    body = {"name": "Child", "scopes": [JOB_VIEW]}

    endless = client.post(keys, body, content_type="application/json", headers=bearer(secret))
    later = client.post(
        keys,
        {**body, "expires_at": (timezone.now() + timedelta(days=3)).isoformat()},
        content_type="application/json",
        headers=bearer(secret),
    )

    assert [(a.status_code, a.json()["errors"][0]["code"]) for a in (endless, later)] == [(422, "outlives_maker")] * 2
    with tenant(andina.pk):
        assert ApiKey.objects.count() == 1


def _made(client, secret, name):
    body = {"name": name, "scopes": [KEY_MANAGE, RUN_VIEW]}
    return client.post("/api/v1/orgs/andina/keys/", body, "application/json", headers=bearer(secret)).json()


def test_a_key_takes_along_what_it_made_when_it_is_revoked(andina, client, django_capture_on_commit_callbacks):
    maker, secret = make_key(andina, [KEY_MANAGE, RUN_VIEW])
    _other, other = make_key(andina, [RUN_VIEW])
    child = _made(client, secret, "Child")
    grandchild = _made(client, child["secret"], "Grandchild")
    client.force_login(make_member(andina, "marta@andina.example"))
    page = client.get("/orgs/andina/keys/").content.decode()
    assert "Revoke the key and 2 that it made" in page
    assert "2 keys that Payroll made are revoked with it." in page

    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"/orgs/andina/keys/{maker.pk}/revoke/")

    assert [keys.authenticate(one) for one in (secret, child["secret"], grandchild["secret"])] == [None, None, None]
    assert keys.authenticate(other)
    with tenant(andina.pk):
        events = {event.target_id: event.changes for event in AuditEvent.objects.filter(action="key.revoked")}
    with_maker = {"revoked_with": [None, "Payroll"]}
    assert events == {str(maker.pk): {}, child["id"]: with_maker, grandchild["id"]: with_maker}


def test_a_key_that_was_revoked_meanwhile_makes_no_key(andina):
    maker, _secret = make_key(andina, [KEY_MANAGE, RUN_VIEW])
    principal = Principal(andina.pk, key_id=maker.pk, scopes=frozenset([KEY_MANAGE, RUN_VIEW]))
    with tenant(andina.pk):
        services.revoke_key(actor=None, key=maker)

        with pytest.raises(services.KeyRefusedError, match="revoked"):
            services.create_key(actor=None, principal=principal, organization=andina, name="x", scopes=[RUN_VIEW])

        assert ApiKey.objects.count() == 1


def test_a_key_of_another_organization_finds_nothing(andina, norte, client):
    _key, secret = make_key(norte)

    assert client.get("/api/v1/orgs/norte/jobs/", headers=bearer(secret)).status_code == 200
    assert client.get("/api/v1/orgs/andina/jobs/", headers=bearer(secret)).status_code == 404
    assert client.get("/api/v1/orgs/nowhere/jobs/", headers=bearer(secret)).status_code == 404


def test_a_key_follows_its_organization_to_a_new_slug_at_once(andina, client):
    _key, secret = make_key(andina)
    assert client.get("/api/v1/orgs/andina/jobs/", headers=bearer(secret)).status_code == 200

    andina.slug = "andes"
    andina.save()

    assert client.get("/api/v1/orgs/andes/jobs/", headers=bearer(secret)).status_code == 200


def test_a_key_without_the_scope_is_refused_and_the_refusal_is_the_keys(andina, client):
    key, secret = make_key(andina, [RUN_VIEW])

    answer = client.get("/api/v1/orgs/andina/jobs/", headers=bearer(secret))

    assert (answer.status_code, answer.json()["permission"]) == (403, JOB_VIEW)
    with tenant(andina.pk):
        row = AuditEvent.objects.get(outcome="denied")
    assert (row.actor_kind, row.key_id, row.action) == ("key", key.pk, JOB_VIEW)
