"""What a program with a test key gets: everything for real but the last step, and nothing of what is live."""

import io

import pytest
from django.test import Client

from docuai.bulk import importing, mailing, services
from docuai.bulk.limits import TEST_ROWS
from docuai.bulk.models import BulkRun, Document, NumberSequence
from docuai.bulk.selectors import content_of
from docuai.engines import services as engines
from platform_core.audit.models import AuditEvent
from platform_core.events.models import OutboxEvent
from platform_core.files import quota
from platform_core.files.models import StoredFile
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import service, tenant
from platform_core.mail import journal, sending
from platform_core.mail.models import OutgoingMail
from platform_core.notifications.gathering import tell
from platform_core.notifications.models import Notification
from platform_core.organizations.models import UsageEntry
from platform_core.webhooks.models import WebhookEvent
from platform_core.webhooks.sorting import hand_out
from tests.docuai.bulk.api.conftest import Program
from tests.factories.keys import make_key
from tests.factories.receivers import make_endpoint
from tests.factories.runs import follow, work

ROWS = [{"name": name, "email": f"{name.lower()}@andina.example"} for name in ("Ana", "Bruno")]
JOBS = "/api/v1/orgs/andina/jobs/"


@pytest.fixture
def tester(andina, version):
    return Program(Client(), make_key(andina, is_test=True)[1])


def start(program, rows=ROWS):
    return program.post("", {"template": "greeting", "rows": rows, "options": {"pdf_a": False}})


def test_a_test_run_is_marked_and_its_documents_carry_test_and_verify(tester, andina, worked):
    answer = start(tester)

    assert (answer.status_code, answer.json()["test"]) == (202, True)
    run = worked(answer.json()["id"])
    with tenant(andina.pk):
        for document in Document.objects.filter(run=run):
            assert "TEST" in engines.text_of(pdf=content_of(document))[0]
        job = follow(services.verify(actor=None, run=run))
        assert (run.is_test, run.job.is_test, job.is_test, job.result["same"]) == (True, True, True, 2)
        logged = AuditEvent.objects.get(action="docuai.run.start")
    assert logged.changes == {"rows": [0, 2], "test": [None, True]}


def test_the_same_test_run_twice_gives_the_same_bytes(tester, andina, worked):
    first, second = worked(start(tester).json()["id"]), worked(start(tester).json()["id"])

    with tenant(andina.pk):
        prints = [
            list(Document.objects.filter(run=run).order_by("row__number").values_list("sha256", flat=True))
            for run in (first, second)
        ]
    assert prints[0] == prints[1]


def test_a_test_run_books_nothing_and_a_live_one_does(tester, program, andina):
    start(tester)
    with tenant(andina.pk):
        assert not UsageEntry.objects.exists()
    start(program)
    with tenant(andina.pk):
        assert UsageEntry.objects.filter(name__startswith="docuai.rows").exists()


def test_nobody_outside_hears_of_a_test_run(tester, andina, worked):
    make_endpoint(andina, "https://hooks.andina.example/")
    worked(start(tester).json()["id"])

    with service("the readers of the outbox"):
        events = list(OutboxEvent.objects.filter(type__startswith="docuai.run").order_by("id"))
        hand_out(events)
        tell(events)
    assert [(event.type, event.payload["test"]) for event in events] == [
        ("docuai.run.started", True),
        ("docuai.run.finished", True),
    ]
    with tenant(andina.pk):
        assert not WebhookEvent.objects.exists()
        assert not Notification.objects.exists()


def test_a_test_run_that_is_too_large_is_refused_with_the_way_out(tester, andina):
    answer = start(tester, [{"name": "Ana"}] * (TEST_ROWS + 1))

    assert (answer.status_code, answer.json()["code"]) == (422, "test_rows")
    assert "takes 100 rows at most, and this has 101" in answer.json()["detail"]
    table = io.BytesIO(b"name\n" + b"Ana\n" * (TEST_ROWS + 1))
    table.name = "people.csv"
    answer = tester.post("", {"template": "greeting", "file": table, "options": "{}"})
    assert (answer.status_code, answer.json()["code"]) == (422, "test_rows")
    with tenant(andina.pk):
        assert not BulkRun.objects.exists()
        assert not StoredFile.objects.exists()


def test_test_runs_together_have_a_limit_until_they_are_deleted(tester, andina, monkeypatch):
    monkeypatch.setattr("docuai.bulk.services.launching.TEST_ROWS_KEPT", 3)
    start(tester)

    answer = start(tester)

    assert (answer.status_code, answer.json()["code"]) == (422, "test_room")
    with tenant(andina.pk):
        assert BulkRun.objects.count() == 1


def test_a_test_table_is_not_booked_and_has_little_room(tester, andina, monkeypatch):
    table = io.BytesIO(b"name\nAna\n")
    table.name = "people.csv"
    answer = tester.post("", {"template": "greeting", "file": table, "options": "{}"})

    assert answer.status_code == 202
    with tenant(andina.pk):
        assert StoredFile.objects.get().is_test
        assert not UsageEntry.objects.exists()
    monkeypatch.setattr(quota, "TEST_BYTES", 12)
    table.seek(0)
    answer = tester.post("", {"template": "greeting", "file": table, "options": "{}"})
    assert (answer.status_code, answer.json()["code"]) == (413, "storage_limit")


def test_a_test_run_takes_no_number_of_a_sequence(tester, andina):
    table = io.BytesIO(b"person\nAna\nBruno\n")
    table.name = "people.csv"
    options = '{"sequence": "UA", "mapping": {"name": {"source": "sequence"}}}'
    run_id = tester.post("", {"template": "greeting", "file": table, "options": options}).json()["id"]

    with tenant(andina.pk):
        importing.import_rows(organization_id=andina.pk, run_id=run_id)
        run = work(BulkRun.objects.get(id=run_id))
        assert list(run.rows.order_by("number").values_list("serial", flat=True)) == ["UA-00001", "UA-00002"]
        assert not NumberSequence.objects.exists()


def test_mail_of_a_test_run_goes_to_the_test_inbox_without_a_mail_server(tester, andina, worked, settings, tmp_path):
    settings.DATA_DIR, settings.EMAIL_PORT = tmp_path, 1  # nobody listens there
    sending.look_again()
    run = worked(start(tester).json()["id"])

    asked = tester.post(f"{run.pk}/mail/", {"subject": "For {name}", "text": "Attached."})
    with tenant(andina.pk):
        job = follow(Job.objects.get(id=asked.json()["job"]))
    sending.send_batch()

    with tenant(andina.pk):
        mails = list(
            OutgoingMail.objects.order_by("to_address").values_list("to_address", "state", "is_test", "subject")
        )
        assert mailing.step(job).ended
    assert mails == [
        ("ana@andina.example", "sent", True, "For Ana"),
        ("bruno@andina.example", "sent", True, "For Bruno"),
    ]
    assert len(journal.handed_over()) == 2
    sending.look_again()


def test_each_key_lists_its_own_kind(tester, program):
    of_test, live = start(tester).json()["id"], start(program).json()["id"]

    def ids(answer):
        return [row["id"] for row in answer.json()["results"]]

    assert ids(tester.get()) == [of_test]
    assert ids(program.get()) == [live]
    assert ids(program.get("?test=true")) == [of_test]
    refused = tester.get("?test=false")
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "test")
    for caller, expected in ((tester, True), (program, False)):
        listed = caller.client.get(JOBS, headers={"Authorization": f"Bearer {caller.secret}"}).json()["results"]
        assert [row["test"] for row in listed] == [expected]


def test_a_test_key_neither_reads_nor_touches_what_is_live(tester, program, andina):
    live = start(program).json()

    answers = [
        tester.get(f"{live['id']}/"),
        tester.get(f"{live['id']}/rows/"),
        tester.get(f"{live['id']}/rows/1/document/"),
        tester.post(f"{live['id']}/cancel/", {}),
        tester.delete(f"{live['id']}/"),
        tester.client.get(f"{JOBS}{live['job']}/", headers={"Authorization": f"Bearer {tester.secret}"}),
        tester.client.post(f"{JOBS}{live['job']}/cancel/", headers={"Authorization": f"Bearer {tester.secret}"}),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "live_object")] * 7
    with tenant(andina.pk):
        run = BulkRun.objects.select_related("job").get()
        assert (run.job.state, run.deleted_at) == ("queued", None)


def test_a_live_key_can_read_and_delete_a_test_run_by_its_id(tester, program, andina):
    of_test = start(tester).json()["id"]

    assert program.get(f"{of_test}/").json()["test"] is True
    assert program.delete(f"{of_test}/").status_code == 204


def test_the_preview_of_a_test_key_carries_test(tester, version):
    path = f"/api/v1/orgs/andina/docuai/templates/greeting/versions/{version.pk}/preview/"
    answer = tester.client.post(
        path,
        {"row": {"name": "Ana"}},
        content_type="application/json",
        headers={"Authorization": f"Bearer {tester.secret}"},
    )

    assert answer.status_code == 200, answer.content
    assert "TEST" in engines.text_of(pdf=answer.content)[0]
