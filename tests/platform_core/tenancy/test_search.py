"""Search stays on its indexes under row-level security: the plans that the app's own login gets, on tables of some size.

Nothing is switched off for the planner. The rows are not committed and the app may not ANALYZE, so it goes by the size of
the tables alone; `make bench` (search) measures the same lists with statistics.
"""

import pytest
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from docuai.bulk.models import BulkRun
from platform_core.accounts.models import User
from platform_core.audit.models import AuditEvent
from platform_core.evidence import selectors as evidence
from platform_core.jobs.models import Job
from platform_core.jobs.selectors import titled
from platform_core.kits.tenancy import searching
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Membership, Organization
from platform_core.organizations.selectors import people
from tests.factories.organizations import make_organization
from tests.factories.seals import superuser

ROWS = 2_000
WORDS = ("account_name_words", "account_email_words")
pytestmark = pytest.mark.django_db


@pytest.fixture
def andina(db):
    """The organization that searches; norte has the same words."""
    with unscoped():
        andina = make_organization("andina")
        make_organization("norte")
        with tenant(andina.pk):
            yield andina


def fill(model, make):
    """Rows of both organizations."""
    with unscoped():
        for owner in Organization.objects.order_by("slug"):
            with tenant(owner.pk):
                model.objects.bulk_create([make(owner, n) for n in range(ROWS)], batch_size=ROWS)


def event(owner, n):
    return AuditEvent(
        organization=owner,
        action="x.done",
        actor_kind="system",
        target_label=f"Letter {n:05} to Zoë Íñiguez" if n != 77 else "Poder notarial 100%_sure",
        request_id=f"request-{n}",
        target_type="x.letter",
        target_id=f"letter-{n}",
    )


def job(owner, n):
    return Job(organization=owner, kind="t", title=f"Diplomas {n}" if n != 77 else "Poderes")


def plan(rows) -> str:
    """The plan as text, once more run: names of indexes and what was thrown away row by row."""
    return rows.explain(analyze=True, timing=False, costs=False)


def found(andina, search):
    rows = evidence.events(andina, evidence.filters_of({"q": search}), now=timezone.now())
    return rows, list(rows.values_list("target_id", flat=True))


def test_rare_words_of_the_log_are_found_without_reading_it(andina):
    fill(AuditEvent, event)

    for words in ("notarial", "NOTARIAL", "100%_", "request-77", "letter-77"):
        rows, ids = found(andina, words)
        assert (words, ids) == (words, ["letter-77"])
        assert "LIKE" not in str(rows.query)
        assert "Seq Scan on platform_core_auditevent" not in plan(rows)


def test_what_the_log_is_full_of_is_read_newest_first(andina, monkeypatch):
    fill(AuditEvent, event)
    monkeypatch.setattr(searching, "MOST", 1000)
    rows, ids = found(andina, "Zoë")

    assert len(ids) == ROWS - 1
    assert "LIKE" in str(rows.query)


def test_people_of_the_log_are_found_by_name_and_address(andina):
    ximena = User.objects.create(email="p77@andina.example", name="Ximena Quispe")
    AuditEvent.objects.create(organization=andina, action="x.done", actor=ximena, actor_kind="person", target_id="hers")

    assert found(andina, "ximena")[1] == ["hers"]
    assert found(andina, "p77@andina")[1] == ["hers"]


def test_the_functions_find_nothing_of_others_and_nothing_without_a_scope(andina):
    with unscoped():
        for owner in Organization.objects.all():
            with tenant(owner.pk):
                event(owner, 1).save()
                job(owner, 1).save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM find_audit_events('%letter%', 'letter-1')")
        events = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT * FROM find_jobs('%diploma%')")
        jobs = [row[0] for row in cursor.fetchall()]
    with unscoped(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM find_audit_events('%letter%', 'letter-1')")
        of_nobody = cursor.fetchall()
        cursor.execute("SELECT * FROM find_jobs('%diploma%')")
        of_nobody += cursor.fetchall()

    assert events == list(AuditEvent.objects.for_organization(andina).values_list("id", flat=True))
    assert jobs == list(Job.objects.for_organization(andina).values_list("id", flat=True))
    assert of_nobody == []


def test_jobs_and_runs_are_found_by_title_without_reading_all(andina):
    fill(Job, job)
    jobs = Job.objects.for_organization(andina).filter(titled("poderes"))
    runs = BulkRun.objects.for_organization(andina).filter(titled("poderes", column="job_id"))

    assert [job.title for job in jobs] == ["Poderes"]
    assert "Rows Removed by Filter" not in plan(jobs)
    assert list(runs) == []


def test_more_than_a_few_are_found_by_the_function_itself(andina):
    fill(Job, job)
    jobs = Job.objects.for_organization(andina).filter(titled("diplomas"))

    assert jobs.count() == ROWS - 1
    assert "find_jobs" in str(jobs.query)


def test_people_are_found_by_the_indexes_of_names_and_addresses(andina):
    users = [
        User(id=new_id(), email=f"p{n}@andina.example", name=f"Person {n}" if n != 77 else "Ximena Quispe")
        for n in range(ROWS)
    ]
    User.objects.bulk_create(users, batch_size=ROWS)
    Membership.objects.bulk_create(Membership(organization=andina, user=user) for user in users[70:80])
    User.objects.bulk_create(
        [User(id=new_id(), email=f"q{n}@norte.example", name=f"Q {n}") for n in range(9 * ROWS)], batch_size=ROWS
    )
    with superuser() as db:  # as autovacuum does: what is not sorted in yet makes the index dear
        db.execute("SELECT gin_clean_pending_list(i::regclass) FROM unnest(%s::text[]) i", [list(WORDS)])
    shown = plan(User.objects.filter(Q(name__icontains="ximena") | Q(email__icontains="ximena")))

    assert [member.user.name for member in people.members(andina, search="ximena")] == ["Ximena Quispe"]
    assert [index for index in WORDS if index not in shown] == []


def test_short_words_take_the_plain_condition():
    assert searching.found_by("find_jobs", "ab") is None
