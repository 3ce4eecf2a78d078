"""Corrected rows: a new version, the old one void, everything else as it was."""

import csv
import io
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models.functions import Now

from docuai.bulk import bundling, packing, rendering, services
from docuai.bulk.models import Document, RunRow
from docuai.engines import services as engines
from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.kits.work.claiming import claim
from platform_core.mail.models import OutgoingMail
from tests.factories.organizations import make_member, make_organization
from tests.factories.runs import make_run, work


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        yield


@pytest.fixture
def organization(db):
    made = make_organization("andina")
    with tenant(made.pk):
        yield made


def texts(run):
    documents = Document.objects.filter(run=run, state="valid").order_by("row__number")
    return [engines.text_of(pdf=b"".join(read(d)))[0].split()[-1] for d in documents]


def read(document):
    return bundling.PackReader().read(
        document.pack_key, document.offset_bytes, document.offset_bytes + document.size_bytes
    )


def test_a_finished_row_gets_a_second_version_and_the_first_is_void(organization):
    run = work(make_run(organization))
    others = list(Document.objects.filter(row__number__gt=1).values_list("id", "sha256"))

    services.correct_row(actor=None, run=run, row=run.rows.get(number=1), data={"name": "Anna"}, reason="Misspelt")
    work(run)

    assert run.job.state == "done"
    assert texts(run) == ["Anna", "Bruno", "Carla"]
    first, second = Document.objects.filter(row__number=1).order_by("number")
    assert (first.state, first.void_reason, second.state, second.number) == ("void", "Misspelt", "valid", 2)
    assert run.rows.get(number=1).document == second
    assert list(Document.objects.filter(row__number__gt=1).values_list("id", "sha256")) == others
    assert second.sha256.encode() in bundling.manifest_of(run)
    assert first.sha256.encode() not in bundling.manifest_of(run)


def test_before_and_after_are_written_down(organization):
    run = work(make_run(organization))
    actor = make_member(organization, "ana@andina.example")

    services.correct_row(actor=actor, run=run, row=run.rows.get(number=1), data={"name": "Anna"})

    event = AuditEvent.objects.get(action="docuai.row.correct")
    assert event.actor == actor
    assert event.changes == {"name": ["Ana", "Anna"], "email": ["ana@andina.example", None]}


def test_values_that_do_not_fit_change_nothing(organization):
    run = work(make_run(organization))

    with pytest.raises(services.RowFaultsError) as refusal:
        services.correct_row(actor=None, run=run, row=run.rows.get(number=1), data={"name": "", "grade": 11})

    assert sorted(fault.field for fault in refusal.value.faults) == ["/grade", "/name"]
    assert Document.objects.filter(state="void").count() == 0
    assert run.rows.get(number=1).data["name"] == "Ana"


def test_a_worker_that_renders_the_old_values_meanwhile_is_too_late(organization):
    run = make_run(organization)
    taken = claim(RunRow.objects.filter(run=run), limit=5, order_by="number")
    made = {row.pk: result for row, result in rendering.render_each(run, taken.rows)}

    services.correct_row(actor=None, run=run, row=run.rows.get(number=1), data={"name": "Anna"})
    packing.store(run, taken, made, {})
    work(run)

    assert texts(run) == ["Anna", "Bruno", "Carla"]
    assert Document.objects.filter(row__number=1).count() == 1


def test_a_corrected_row_of_a_paused_run_waits_with_the_others(organization):
    run = work(make_run(organization))
    services.correct_row(actor=None, run=run, row=run.rows.get(number=1), data={"name": "Anna"})
    run.job.refresh_from_db()
    services.pause(actor=None, run=run)

    services.correct_row(actor=None, run=run, row=run.rows.get(number=2), data={"name": "Bruno B."})
    work(run)

    assert (run.job.state, run.rows.filter(state="queued").count()) == ("paused", 2)


def test_a_canceled_run_is_not_corrected(organization):
    run = make_run(organization)
    services.cancel(actor=None, run=run)

    with pytest.raises(services.RunError, match="canceled"):
        services.correct_row(actor=None, run=run, row=run.rows.get(number=1), data={"name": "Anna"})


def test_only_the_corrected_person_gets_the_new_version(organization):
    run = work(make_run(organization))

    row = run.rows.get(number=1)
    services.correct_row(actor=None, run=run, row=row, data={**row.data, "name": "Anna"}, send=True)
    work(run)

    mail = OutgoingMail.objects.get()
    assert (mail.to_address, mail.subject_id) == ("ana@andina.example", run.rows.get(number=1).document_id)
    assert run.rows.filter(mail_when_done=True).count() == 0


def test_failed_rows_corrected_in_the_csv_go_on_in_the_same_run(organization, client):
    run = work(make_run(organization, [{"name": "Ana"}, {"grade": 5}, {"grade": 6}]))
    assert run.job.state == "partial"
    client.force_login(make_member(organization, "editor@andina.example", "editor"))
    with unscoped():
        sheet = b"".join(client.get("/orgs/andina/docuai/runs/1/failed/").streaming_content).decode("utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(sheet)))
        lines[0]["name"] = "Bruno"
        mended = io.StringIO()
        table = csv.DictWriter(mended, list(lines[0]), delimiter=";")
        table.writeheader()
        table.writerows(lines)
        upload = SimpleUploadedFile("run-1-failed.csv", mended.getvalue().encode(), "text/csv")
        page = client.post("/orgs/andina/docuai/runs/1/corrections/", {"file": upload}, follow=True).content.decode()

    assert "1 row is made again." in page
    assert "Still wrong, row 3" in page
    work(run)
    assert list(run.rows.order_by("number").values_list("state", flat=True)) == ["done", "done", "failed"]
    assert run.rows.get(number=2).data == {"name": "Bruno", "grade": 5}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("x.csv", b"name,grade\r\nAna,3\r\n", "no column"),
        ("x.csv", b"row,name\r\nfirst,Ana\r\n", "no row number"),
        ("x.csv", b"", "empty"),
    ],
)
def test_a_table_that_cannot_be_matched_says_why_and_changes_nothing(organization, client, name, content, words):
    run = work(make_run(organization, [{"name": "Ana"}, {"grade": 5}]))
    client.force_login(make_member(organization, "editor@andina.example", "editor"))

    with unscoped():
        upload = SimpleUploadedFile(name, content, "text/csv")
        page = client.post("/orgs/andina/docuai/runs/1/corrections/", {"file": upload}, follow=True).content.decode()

    assert words in page
    assert run.rows.get(number=2).state == "failed"


def test_a_lost_lease_does_not_touch_a_corrected_row(organization):
    run = make_run(organization)
    RunRow.objects.filter(run=run, number=1).update(state="running", lease_token=uuid4(), lease_until=Now())

    services.correct_row(actor=None, run=run, row=run.rows.get(number=1), data={"name": "Anna"})

    row = run.rows.get(number=1)
    assert (row.state, row.lease_token, row.attempts) == ("queued", None, 0)


def test_a_correction_of_a_row_that_was_corrected_meanwhile_is_refused(organization):
    run = work(make_run(organization))
    mine, theirs = run.rows.get(number=1), run.rows.get(number=1)
    services.correct_row(actor=None, run=run, row=theirs, data={"name": "Anna"})

    with pytest.raises(services.RunError, match="meanwhile"):
        services.correct_row(actor=None, run=run, row=mine, data={"name": "Anne"})

    assert run.rows.get(number=1).data == {"name": "Anna"}
