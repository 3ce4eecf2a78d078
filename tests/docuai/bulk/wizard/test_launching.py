"""From a checked draft to the rows of a run: once, whole, and with a reason for every row that is left out."""

from datetime import date
from threading import Thread

import pytest
from django.db import connection
from django.db.models.functions import Now

from docuai.bulk import importing
from docuai.bulk.models import BulkRun, NumberSequence, RowFault
from docuai.bulk.passes import MappingIncompleteError
from docuai.bulk.services import drafts, launching
from docuai.library import services as library
from platform_core.audit.models import AuditEvent
from platform_core.events.models import OutboxEvent
from platform_core.organizations.models import PlanLimit
from tests.docuai.bulk.wizard.conftest import FAULTY, SAMPLE, SCHEMA, SOURCE, TABLE, TODAY


def launched(draft, **options):
    drafts.check(actor=None, draft=draft)
    return launching.launch(actor=None, draft=draft, today=TODAY, **options)


def test_a_table_becomes_one_document_a_row_with_numbers_names_and_languages(make_draft, work):
    draft = make_draft()
    drafts.set_options(draft=draft, options={"sequence": "UA-2026", "file_name": "{row:04}-{name:slug}"})

    run = work(launched(draft))

    assert run.job.state == "done"
    rows = list(run.rows.order_by("number").values_list("number", "file_name", "serial", "language", "email"))
    assert rows == [
        (1, "0001-zoe-iniguez.pdf", "UA-2026-00001", "es", "zoe@iniguez.example"),
        (2, "0002-siobhan-obrien.pdf", "UA-2026-00002", "en", "siobhan@obrien.example"),
        (3, "0003-lukasz-wojcik.pdf", "UA-2026-00003", "en", "lukasz@wojcik.example"),
    ]
    assert run.rows.get(number=1).data["number"] == "UA-2026-00001"
    assert run.keep_until == date(2027, 2, 22)


def test_numbers_go_on_in_the_next_run_and_left_out_rows_take_none(make_draft, work):
    first = make_draft(FAULTY)
    drafts.set_options(draft=first, options={"sequence": "UA"})
    work(launched(first))
    second = make_draft()
    drafts.set_options(draft=second, options={"sequence": "UA"})

    run = work(launched(second))

    assert list(run.rows.order_by("number").values_list("serial", flat=True)) == ["UA-00004", "UA-00005", "UA-00006"]
    assert NumberSequence.objects.get(name="UA").next_value == 7


def test_bad_rows_are_left_out_and_listed_with_the_run(make_draft, work):
    run = work(launched(make_draft(FAULTY)))

    assert (run.job.state, run.job.total, run.rows.count()) == ("done", 3, 3)
    found = RowFault.objects.filter(run=run).order_by("field").values_list("number", "field", "code")
    assert list(found) == [(4, "/email", "bad_email"), (4, "/grade", "too_big")]


def test_bad_rows_wait_as_failed_rows_of_the_run_when_asked(make_draft, work):
    run = work(launched(make_draft(FAULTY), with_bad_rows=True))

    assert (run.job.state, run.job.total) == ("partial", 4)
    failed = run.rows.get(state="failed")
    assert (failed.number, failed.error["code"], failed.error["pointer"]) == (4, "bad_email", "/email")
    assert failed.error["message"] == "Not an e-mail address"
    assert failed.data["name"] == "Bo Li"
    assert failed.finished_at is not None


def test_launching_twice_gives_the_same_run(make_draft):
    draft = make_draft()

    first = launched(draft)
    second = launching.launch(actor=None, draft=draft, today=TODAY)

    assert first.pk == second.pk
    assert BulkRun.objects.count() == 1
    assert AuditEvent.objects.filter(action="docuai.run.start").count() == 1
    assert OutboxEvent.objects.filter(type="docuai.run.started").count() == 1


def test_a_draft_that_was_changed_after_its_check_is_not_launched(make_draft):
    draft = make_draft()
    drafts.check(actor=None, draft=draft)
    drafts.set_options(draft=draft, options={"language": "es"})

    with pytest.raises(launching.LaunchError, match="changed after its rows were checked") as refusal:
        launching.launch(actor=None, draft=draft, today=TODAY)

    assert refusal.value.code == "not_checked"
    assert not BulkRun.objects.exists()


def test_a_version_that_was_replaced_meanwhile_is_named_and_the_new_one_can_be_taken(make_draft, version):
    draft = make_draft()
    drafts.check(actor=None, draft=draft)
    newer = library.add_version(
        actor=None,
        template=version.template,
        sources={"en": SOURCE + b"!", "es": SOURCE + b"!"},
        schema=SCHEMA,
        sample=SAMPLE,
    )
    newer = library.publish(actor=None, version=newer)

    with pytest.raises(launching.LaunchError, match="Version 1 of the template was replaced by version 2") as refusal:
        launching.launch(actor=None, draft=draft, today=TODAY)
    assert refusal.value.code == "version_replaced"
    assert not BulkRun.objects.exists()

    drafts.use_version(draft=draft, version=newer)

    assert launched(draft).version_id == newer.pk


def test_an_organization_over_its_row_limit_is_told_the_numbers(make_draft, inside):
    PlanLimit.objects.create(organization=inside, name="docuai.rows_per_month", value=2)
    draft = make_draft()

    with pytest.raises(launching.LaunchError, match="2 of 2 left this month, 3 needed"):
        launched(draft)

    assert not BulkRun.objects.exists()


def test_a_required_field_without_a_column_stops_the_check_and_is_named(make_draft):
    draft = make_draft("name,email\nZoë,zoe@iniguez.example\n")

    with pytest.raises(MappingIncompleteError, match="“course” is required and no column fills it"):
        drafts.check(actor=None, draft=draft)


def test_an_import_that_was_killed_starts_over_without_doubles(make_draft, work):
    run = launched(make_draft())
    run.job.__class__.objects.filter(id=run.job_id).update(
        state="running", attempts=1, lease_token=run.pk, lease_until=Now()
    )

    done = work(run)

    assert done.job.state == "done"
    assert done.rows.count() == 3


def test_a_worker_that_lost_its_lease_stores_nothing(make_draft, monkeypatch):
    run = launched(make_draft())
    close = importing._Import._close

    def robbed(self, *args):
        self.held.update(lease_token=run.pk)
        return close(self, *args)

    monkeypatch.setattr(importing._Import, "_close", robbed)

    assert not importing.import_rows(organization_id=run.organization_id, run_id=run.pk)
    assert run.rows.count() == 0
    assert BulkRun.objects.get().stage == "reading"


def test_a_run_that_was_canceled_while_it_was_read_keeps_no_row(make_draft, work):
    run = launched(make_draft())
    run.job.__class__.objects.move(run.job_id, "canceled")

    done = work(run)

    assert (done.job.state, done.rows.count()) == ("canceled", 0)


def test_a_table_that_cannot_be_read_any_more_ends_the_run_with_the_reason(make_draft, work):
    run = launched(make_draft())
    run.file.__class__.objects.filter(id=run.file_id).update(deleted_at=Now())

    done = work(run)

    assert (done.job.state, done.job.reason) == ("failed", "The table of this run is gone.")


def test_rows_with_the_same_key_become_one_document(make_draft, work, version):
    text = "name,email,course,issued on\nZoë,z@z.example,Data,2026-11-14\nZoë,z@z.example,Data,2026-11-14\n"
    draft = make_draft(text)
    drafts.check(actor=None, draft=draft)

    assert draft.summary["check"]["codes"] == {"duplicate_row": 1}

    drafts.accept(draft=draft, code="duplicate_row")
    run = work(launched(draft))

    assert run.rows.count() == 2


@pytest.mark.parametrize(
    ("options", "code", "pointer"),
    [
        ({"on_bad_rows": "maybe"}, "bad_option", "/options/on_bad_rows"),
        ({"format": "docx"}, "bad_option", "/options/format"),
        ({"file_name": "{nome}"}, "bad_option", "/options/file_name"),
        ({"mapping": {"name": "nombre"}}, "bad_mapping", "/options/mapping/name"),
        ({"colour": "red"}, "unknown_option", "/options/colour"),
    ],
)
def test_a_file_from_the_api_with_a_bad_option_names_it(make_draft, version, inside, options, code, pointer):
    file = make_draft().file

    with pytest.raises(launching.LaunchError) as refusal:
        launching.launch_file(actor=None, organization=inside, version=version, file=file, options=options, today=TODAY)

    assert (refusal.value.code, refusal.value.pointer) == (code, pointer)
    assert not BulkRun.objects.exists()


def test_a_file_from_the_api_is_matched_by_itself_where_that_is_sure(make_draft, version, inside, work):
    file = make_draft(FAULTY).file

    run = launching.launch_file(
        actor=None, organization=inside, version=version, file=file, options={"on_bad_rows": "keep"}, today=TODAY
    )

    done = work(run)
    assert (done.job.state, done.rows.filter(state="done").count()) == ("partial", 3)


def test_a_file_with_faults_is_refused_as_a_whole_when_asked(make_draft, version, inside):
    ask = {"actor": None, "organization": inside, "version": version, "file": make_draft(FAULTY).file, "today": TODAY}

    with pytest.raises(launching.LaunchError, match="1 of 4 rows have faults"):
        launching.launch_file(**ask, options={"on_bad_rows": "refuse"})

    assert not BulkRun.objects.exists()


def test_a_big_file_with_faults_is_refused_by_the_worker(make_draft, version, inside, work, monkeypatch):
    monkeypatch.setattr(launching, "INLINE_ROWS", 2)
    ask = {"actor": None, "organization": inside, "version": version, "file": make_draft(FAULTY).file, "today": TODAY}

    done = work(launching.launch_file(**ask, options={"on_bad_rows": "refuse"}))

    assert (done.job.state, done.rows.count()) == ("failed", 0)
    assert done.job.reason == "1 of 4 rows have faults, and the run was to start only without any."


def test_an_encoding_that_is_not_certain_is_asked_for_and_not_guessed(make_draft, version, inside):
    file = make_draft(TABLE.replace("Łukasz", "Lukasz").encode("cp1252")).file
    ask = {"actor": None, "organization": inside, "version": version, "file": file, "today": TODAY}

    with pytest.raises(launching.LaunchError, match="Say which it is: cp1252") as refusal:
        launching.launch_file(**ask, options={})
    assert refusal.value.code == "encoding_uncertain"

    assert launching.launch_file(**ask, options={"encoding": "cp1252"}).dialect["encoding"] == "cp1252"


@pytest.mark.django_db(transaction=True)
def test_two_launches_at_the_same_moment_make_one_run(make_draft, inside):
    from platform_core.kits.tenancy.scope import tenant

    draft = make_draft()
    drafts.check(actor=None, draft=draft)
    numbers = []

    def press():
        with tenant(inside.pk):
            numbers.append(launching.launch(actor=None, draft=draft, today=TODAY).number)
        connection.close()

    threads = [Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert numbers == [1, 1, 1, 1]
    assert BulkRun.objects.count() == 1
