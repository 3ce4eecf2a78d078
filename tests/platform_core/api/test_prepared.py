"""Lists whose SQL is made once: the same answers as the queryset gives, compiled once for each shape."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from platform_core.jobs.models import Job
from platform_core.kits.api import prepared
from platform_core.kits.api.prepared import Question, answer
from platform_core.kits.tenancy.scope import ScopeError, tenant, unscoped
from tests.factories.organizations import make_organization

COLUMNS = ("id", "title", "state", "created_at", "parameters")


@pytest.fixture
def andina(db, monkeypatch):
    monkeypatch.setattr(prepared, "_plans", {})
    with unscoped():
        yield make_organization("andina")


@pytest.fixture
def built():
    return []


@pytest.fixture
def asked(andina, built):
    def build(organization_id, state=None, title=None, since=None, total=None, only=None):
        built.append(organization_id)
        rows = Job.objects.filter(organization_id=organization_id)
        for name, value in {
            "state": state,
            "created_at__gte": since,
            "total": total,
            "title__icontains": title,
        }.items():
            rows = rows if value is None else rows.filter(**{name: value})
        return (rows.none() if only == "nothing" else rows).values(*COLUMNS)

    def ask(shape=None, **values):
        question = Question(Job, build, {"organization_id": andina.pk, **values}, shape or {})
        with tenant(andina.pk):
            found = answer(question, lambda rows, after: rows.order_by("-id")[:10], [], "ten")
            again = answer(question, lambda rows, after: rows.order_by("-id")[:10], [], "ten")
            expected = list(question.rows().order_by("-id")[:10])
        assert found == again == expected
        return found

    return ask


def make_jobs(organization, count, **fields):
    with tenant(organization.pk):
        return [Job.objects.create(organization=organization, kind="t", title=f"T{n}", **fields) for n in range(count)]


def test_it_answers_what_the_queryset_answers_whatever_the_values(andina, asked):
    make_jobs(andina, 3, state="done", total=3, parameters={"a": [1, None, "ñ"]})
    make_jobs(andina, 2, state="failed", total=2)
    now = timezone.now()

    assert [len(asked(state=state)) for state in ("done", "failed", "queued", "'; --")] == [3, 2, 0, 0]
    assert [len(asked(total=total)) for total in (3, 2, 2**31 - 1)] == [3, 2, 0]
    assert len(asked(since=now - timedelta(days=1))) == 5
    assert asked(since=now + timedelta(days=1)) == []
    assert asked(state="done")[0]["parameters"] == {"a": [1, None, "ñ"]}


def test_a_shape_is_built_once(andina, asked, built):
    make_jobs(andina, 2)
    asked(state="queued")
    before = len(built)

    asked(state="done")
    asked(state="failed")

    assert len(built) - before == 2  # those that the test itself compares with


def test_what_cannot_be_prepared_is_built_each_time(andina, asked, built):
    make_jobs(andina, 3)

    assert len(asked(title="t1")) == 1  # the value goes into a pattern
    assert len(asked(title="t")) == 3
    assert asked(shape={"only": "nothing"}) == []
    assert asked(total=2**40) == []  # more than the column holds
    assert set(prepared._plans.values()) == {None}


def test_a_scope_still_holds(andina, asked):
    norte = make_organization("norte")
    make_jobs(norte, 2)

    assert asked(state="queued") == []


def test_columns_that_are_computed_keep_their_names(andina):
    make_jobs(andina, 1)

    def build(organization_id):
        return Job.objects.filter(organization_id=organization_id).values("title", kind_of=Value("job"))

    with tenant(andina.pk):
        question = Question(Job, build, {"organization_id": andina.pk})
        assert answer(question, lambda rows, after: rows, [], "") == [{"title": "T0", "kind_of": "job"}]


def test_instants_come_as_psycopg_gives_them(andina):
    texts = [
        "2026-11-24 22:03:38.92+00",
        "2026-11-24 22:03:38+02",
        "0001-01-01 00:00:00+00",
        "9999-12-31 23:59:59.999999+00",
    ]
    with unscoped(), connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(["%s::timestamptz"] * len(texts)), texts)
        found = cursor.fetchone()

    assert list(found) == [datetime.fromisoformat(text).astimezone(UTC) for text in texts]
    assert {each.tzinfo for each in found} == {UTC}


@pytest.mark.django_db(transaction=True)
def test_the_server_prepares_what_it_is_asked_often_and_each_sees_its_own_rows(monkeypatch):
    monkeypatch.setattr(prepared, "_plans", {})
    with unscoped():
        andina, norte = make_organization("andina"), make_organization("norte")
    make_jobs(andina, 3, state="done")
    make_jobs(norte, 2, state="done")

    def build(organization_id, state):
        rows = Job.objects.filter(organization_id=organization_id, state=state, title__startswith="T")
        return rows.exclude(title="100 %").values("title", "created_at")

    def ask(organization, owner, state="done"):
        question = Question(Job, build, {"organization_id": owner.pk, "state": state})
        with unscoped(), tenant(organization.pk):
            return len(answer(question, lambda rows, after: rows.order_by("-id")[:10], [], "ten"))

    for _ in range(2 * prepared.PREPARE_AFTER):
        assert (ask(andina, andina), ask(norte, norte), ask(andina, norte)) == (3, 2, 0)
    (plan,) = prepared._plans.values()
    with CaptureQueriesContext(connection) as queries:
        assert (ask(andina, andina, "failed"), ask(norte, norte)) == (0, 2)
    assert [f"EXECUTE {plan.name} (" in query["sql"] for query in queries] == [True, True]

    with pytest.raises(ScopeError), unscoped():
        answer(
            Question(Job, build, {"organization_id": andina.pk, "state": "done"}),
            lambda rows, after: rows.order_by("-id")[:10],
            [],
            "ten",
        )
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    assert ask(andina, andina) == 3  # the server has forgotten it
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    with CaptureQueriesContext(connection) as queries:
        assert ask(norte, norte) == 2
    assert "EXECUTE" not in queries[0]["sql"]
