"""Rows become documents: one each, none twice, whatever is killed in between."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from docuai.bulk import rendering, selectors, services
from docuai.bulk.models import Document, RunRow
from docuai.engines import services as engines
from docuai.library import services as library
from platform_core.jobs.periodic import watch_room
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Organization

SOURCE = b"""#let row = json("data.json")
#set document(title: "Hello", date: datetime(year: 2026, month: 11, day: 24))
#set text(lang: "en")
Hello #row.name
"""
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        yield


@pytest.fixture
def organization(db):
    made = Organization.objects.create(name="Universidad Andina", slug="universidad-andina")
    with tenant(made.pk):
        yield made


@pytest.fixture
def version(organization):
    draft = library.create_template(
        actor=None, organization=organization, name="Greeting", engine="typst", sources={"en": SOURCE}
    )
    return library.publish(actor=None, version=draft)


def make_run(organization, version, rows):
    return services.request_run(
        actor=None, organization=organization, version=version, rows=rows, today=TODAY, options={"pdf_a": False}
    )


def work(run):
    while rendering.render_rows(organization_id=run.organization_id, run_id=run.pk):
        pass
    run.job.refresh_from_db()


def test_ten_rows_make_ten_documents(organization, version):
    run = make_run(organization, version, [{"name": f"Person {n}"} for n in range(10)])

    work(run)

    assert run.job.state == "done"
    assert selectors.counts(run)["done"] == 10
    contents = [selectors.content_of(document) for document in selectors.valid_documents(run)]
    assert len(contents) == 10
    assert all(content.startswith(b"%PDF-") for content in contents)
    assert len(set(contents)) == 10


def test_a_row_that_cannot_be_made_fails_with_a_reason_and_the_rest_go_on(organization, version):
    run = make_run(organization, version, [{"name": "Ana"}, {"nombre": "no name"}, {"name": "Zoë"}])

    work(run)

    assert run.job.state == "partial"
    failed = run.rows.get(state="failed")
    assert failed.number == 2
    assert failed.error["message"]
    assert Document.objects.filter(run=run).count() == 2


def test_rows_of_a_killed_worker_are_taken_up_again(organization, version):
    run = make_run(organization, version, [{"name": f"Person {n}"} for n in range(3)])
    RunRow.objects.filter(run=run, number=2).update(
        state="running", lease_token=uuid4(), lease_until=Now() - timedelta(seconds=1), attempts=1
    )

    work(run)

    assert run.job.state == "done"
    assert Document.objects.filter(run=run).count() == 3


def test_a_worker_that_lost_its_lease_changes_nothing(organization, version):
    run = make_run(organization, version, [{"name": "Ana"}])
    stale = rendering.claim(RunRow.objects.for_organization(organization).filter(run=run), limit=5, order_by="number")
    RunRow.objects.filter(run=run).update(lease_until=Now() - timedelta(seconds=1))
    work(run)
    before = run.rows.get().document_id

    rendering._make(run, stale)

    assert run.rows.get().document_id == before
    assert Document.objects.filter(run=run).count() == 1


def test_a_row_that_keeps_killing_its_worker_is_given_up_with_a_reason(organization, version):
    run = make_run(organization, version, [{"name": "Ana"}])
    RunRow.objects.filter(run=run).update(attempts=rendering.MAX_ATTEMPTS)

    work(run)

    row = run.rows.get()
    assert (row.state, row.error["code"]) == ("failed", "engine_crash")
    assert run.job.state == "failed"


def test_a_paused_run_makes_nothing_until_it_is_resumed(organization, version):
    run = make_run(organization, version, [{"name": "Ana"}])
    services.pause(actor=None, run=run)
    work(run)
    assert selectors.counts(run)["queued"] == 1

    services.resume(actor=None, run=run)
    work(run)

    assert run.job.state == "done"


def test_a_canceled_run_keeps_no_open_row(organization, version):
    run = make_run(organization, version, [{"name": "Ana"}])

    services.cancel(actor=None, run=run)
    work(run)

    assert run.job.state == "canceled"
    assert selectors.counts(run)["canceled"] == 1


def test_a_table_without_rows_is_refused(organization, version):
    with pytest.raises(services.RunError, match="no rows"):
        make_run(organization, version, [])
    assert RunRow.objects.count() == 0


def test_the_same_rows_give_the_same_bytes(organization, version):
    first, second = (make_run(organization, version, [{"name": "Ana"}]) for _ in range(2))
    work(first)
    work(second)

    assert next(selectors.valid_documents(first)).sha256 == next(selectors.valid_documents(second)).sha256


def test_a_row_on_its_last_try_is_tried_alone(organization, version):
    run = make_run(organization, version, [{"name": f"Person {n}"} for n in range(4)])
    RunRow.objects.filter(run=run, number__lte=2).update(attempts=rendering.MAX_ATTEMPTS - 1)

    rendering.render_rows(organization_id=organization.pk, run_id=run.pk)

    assert list(run.rows.order_by("number").values_list("number", "state", "attempts")) == [
        (1, "done", 5),
        (2, "queued", 4),
        (3, "queued", 0),
        (4, "queued", 0),
    ]
    work(run)
    assert selectors.counts(run)["done"] == 4


def test_a_lost_worker_is_counted_once_with_its_rows(organization, version):
    run = make_run(organization, version, [{"name": f"Person {n}"} for n in range(5)])
    lost = uuid4()
    RunRow.objects.filter(run=run, number__in=[2, 3]).update(
        state="running", lease_token=lost, lease_until=Now() - timedelta(seconds=1), attempts=1
    )

    work(run)

    assert [(entry["rows"]) for entry in run.job.result["lost"].values()] == [2]
    assert run.job.result["account"] == {"total": 5, "done": 5, "failed": 0, "canceled": 0, "missing": 0, "twice": 0}
    lines = list(run.job.log_lines.order_by("id").values_list("message", flat=True))
    assert "Worker lost: no sign of life in time" in lines
    assert "%(rows)s rows taken up again" in lines


def test_a_row_of_another_language_is_rendered_in_its_own(organization):
    sources = {"en": SOURCE, "es": SOURCE.replace(b"Hello #row", b"Hola #row")}
    draft = library.create_template(actor=None, organization=organization, name="Both", engine="typst", sources=sources)
    run = make_run(organization, library.publish(actor=None, version=draft), [{"name": "Ana"}, {"name": "Zoe"}])
    run.rows.filter(number=2).update(language="es")

    work(run)

    texts = ["".join(engines.text_of(pdf=selectors.content_of(d))) for d in selectors.valid_documents(run)]
    assert ["Hello" in texts[0], "Hola" in texts[1]] == [True, True]


def test_without_room_the_run_waits_and_goes_on_when_there_is_some(organization, version, settings):
    run = make_run(organization, version, [{"name": "Ana"}])
    settings.MIN_FREE_PERCENT = 101

    work(run)
    assert (run.job.state, run.job.reason, selectors.counts(run)["queued"]) == ("paused", "no_room", 1)

    settings.MIN_FREE_PERCENT = 0
    with unscoped():
        watch_room()
    work(run)

    assert run.job.state == "done"
    assert Document.objects.filter(run=run).count() == 1
