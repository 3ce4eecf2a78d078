"""``Idempotency-Key``: one call, one effect, one answer; also in parallel, after a crash, and for files."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from platform_core.access import api, idempotency, periodic
from platform_core.access.models import ApiKey, IdempotencyRecord
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.permissions import JOB_VIEW, KEY_MANAGE
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_organization

KEYS = "/api/v1/orgs/andina/keys/"
BODY = {"name": "Child", "scopes": [JOB_VIEW]}


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def secret(andina):
    return make_key(andina, [KEY_MANAGE, JOB_VIEW])[1]


def post(secret, key="k-1", body=None, url=KEYS):
    headers = {**bearer(secret), "Idempotency-Key": key}
    return Client(raise_request_exception=False).post(
        url, json.dumps(BODY if body is None else body), content_type="application/json", headers=headers
    )


def children(organization):
    with tenant(organization.pk):
        return ApiKey.objects.filter(name="Child").count()


def records(organization, **changes):
    with tenant(organization.pk):
        if changes:
            IdempotencyRecord.objects.update(**changes)
        return list(IdempotencyRecord.objects.all())


def test_the_same_call_again_does_nothing_and_answers_the_same(andina, secret):
    first, second = post(secret), post(secret)

    assert (first.status_code, second.status_code, children(andina)) == (201, 201, 1)
    assert "Idempotent-Replay" not in first.headers
    assert second.headers["Idempotent-Replay"] == "true"
    assert second.json() == {**first.json(), "secret": None}  # a secret is shown once and stored nowhere
    assert first.json()["secret"] not in str(records(andina)[0].answer)


def test_without_the_header_each_call_does_its_work(andina, secret):
    for _ in range(2):
        Client().post(KEYS, json.dumps(BODY), content_type="application/json", headers=bearer(secret))

    assert (children(andina), records(andina)) == (2, [])


def test_the_same_key_with_another_request_is_refused(andina, secret):
    post(secret)

    answer = post(secret, body={**BODY, "scopes": [KEY_MANAGE]})

    assert (answer.status_code, answer.json()["code"], children(andina)) == (422, "idempotency_key_reused", 1)


def test_the_order_of_fields_does_not_make_another_request(andina, secret):
    post(secret)

    answer = post(secret, body=dict(reversed(BODY.items())))

    assert (answer.status_code, answer.headers["Idempotent-Replay"]) == (201, "true")


def test_two_callers_may_use_the_same_key(andina, secret):
    post(secret)
    post(make_key(andina, [KEY_MANAGE, JOB_VIEW])[1])

    assert children(andina) == 2


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb"])
def test_a_key_that_cannot_be_kept_is_refused(andina, secret, key):
    answer = post(secret, key=key)

    assert (answer.status_code, answer.json()["code"], children(andina)) == (400, "idempotency_key_invalid", 0)


def test_a_refused_call_leaves_its_key_free_for_the_corrected_one(andina, secret):
    assert post(secret, body={**BODY, "scopes": ["nothing"]}).status_code == 422

    assert (post(secret).status_code, children(andina)) == (201, 1)


def test_work_that_failed_is_taken_back_and_may_be_tried_again(andina, secret, monkeypatch):
    monkeypatch.setattr(idempotency, "_store", lambda *_a: 1 / 0)  # after the work, before the commit
    assert post(secret).status_code == 500
    assert (children(andina), records(andina)) == (0, [])
    monkeypatch.undo()

    assert (post(secret).status_code, children(andina)) == (201, 1)


def test_while_a_call_runs_the_same_one_waits_and_after_a_crash_it_may_run_once_its_lease_is_over(andina, secret):
    post(secret)
    with tenant(andina.pk):  # the first attempt died before it committed: only the record is there
        ApiKey.objects.filter(name="Child").delete()
    records(andina, status=None, answer=None, lease_until=timezone.now() + timedelta(seconds=30))

    waits = post(secret)
    records(andina, lease_until=timezone.now() - timedelta(seconds=1))
    runs = post(secret)

    assert (waits.status_code, waits.json()["code"]) == (409, "idempotency_key_busy")
    assert 1 <= int(waits.headers["Retry-After"]) <= 30
    assert (runs.status_code, children(andina)) == (201, 1)


@pytest.mark.django_db(transaction=True)
def test_of_eight_calls_at_once_one_does_the_work(monkeypatch):
    andina = make_organization("andina")
    secret = make_key(andina, [KEY_MANAGE, JOB_VIEW])[1]
    gate = threading.Barrier(8, timeout=20)

    def call(_n):
        try:
            with unscoped():
                gate.wait()
                return post(secret)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(call, range(8)))

    assert children(andina) == 1
    fresh = [a for a in answers if a.status_code == 201 and "Idempotent-Replay" not in a.headers]
    assert len(fresh) == 1
    assert {a.status_code for a in answers} <= {201, 409}


@pytest.mark.django_db(transaction=True)
def test_who_is_slower_than_the_lease_takes_its_work_back(monkeypatch):
    andina = make_organization("andina")
    secret = make_key(andina, [KEY_MANAGE, JOB_VIEW])[1]
    begun, overtaken = threading.Event(), threading.Event()
    create = api.services.create_key

    def slowly(**fields):
        if not begun.is_set():  # before the work: making a key locks its maker, which the other call needs
            begun.set()
            assert overtaken.wait(20)
        return create(**fields)

    monkeypatch.setattr(api.services, "create_key", slowly)

    def slow_call():
        try:
            with unscoped():
                return post(secret)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(slow_call)
        assert begun.wait(20)
        records(andina, lease_until=timezone.now() - timedelta(seconds=1))
        quick = post(secret)
        overtaken.set()
        late = slow.result(30)

    assert (quick.status_code, late.status_code, children(andina)) == (201, 409, 1)


def test_the_hash_of_a_request_covers_its_files_and_not_the_boundary(rf):
    from django.core.files.uploadedfile import SimpleUploadedFile
    from rest_framework.parsers import MultiPartParser
    from rest_framework.request import Request

    def asked(content, name="Ana"):
        sent = {"name": name, "file": SimpleUploadedFile("t.csv", content)}
        request = Request(rf.post("/api/v1/x/", sent), parsers=[MultiPartParser()])
        found = idempotency.fingerprint(request)
        assert request.FILES["file"].read() == content  # the handler can still read it
        return found

    assert asked(b"a") == asked(b"a")
    assert asked(b"a") != asked(b"b")
    assert asked(b"a") != asked(b"a", name="Zoe")


def test_after_a_day_a_key_is_forgotten(andina, secret):
    post(secret)
    assert periodic.forget_idempotency_records() == 0

    records(andina, created_at=timezone.now() - timedelta(hours=25))

    assert periodic.forget_idempotency_records() == 1
    assert records(andina) == []
