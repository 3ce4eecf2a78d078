"""The test inbox as people and programs read it, and the deletion of all that tests have made."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from docuai.bulk import services as runs
from docuai.bulk.models import BulkRun, Document, RunRow
from platform_core.audit.models import AuditEvent
from platform_core.files.models import StoredFile, Upload
from platform_core.files.services import begin_upload, store
from platform_core.jobs.models import Job, JobLogLine
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.mail import sending
from platform_core.mail.models import OutgoingMail
from platform_core.mail.services import queue_mail, suppress
from platform_core.testmode import services, wiping
from platform_core.testmode.registry import counts
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization
from tests.factories.runs import TODAY, follow, make_run, make_version, work

PAGE, API = "/orgs/andina/test-data/", "/api/v1/orgs/andina/test-data/"
ROWS = [{"name": "Ana", "email": "ana@andina.example"}, {"name": "Bruno", "email": "bruno@andina.example"}]


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL, settings.DATA_DIR = (tmp_path / "store").as_uri(), tmp_path
    sending.look_again()
    with unscoped():
        yield
    sending.look_again()


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def owner(client, andina):
    client.force_login(make_member(andina, "marta@andina.example"))
    return client


@pytest.fixture
def version(andina):
    with tenant(andina.pk):
        return make_version(andina)


def make_test_run(organization, version):
    """A test run with documents, mailed into the inbox."""
    with tenant(organization.pk):
        run = runs.request_run(
            actor=None,
            organization=organization,
            version=version,
            rows=ROWS,
            today=TODAY,
            options={"pdf_a": False},
            is_test=True,
        )
        work(run)
        follow(runs.mail_documents(actor=None, run=run, subject="For {name}", text="Hello {name}"))
    sending.send_batch()
    return run


def wipe(organization, job):
    with tenant(organization.pk):
        while wiping.work(organization_id=organization.pk, job_id=job.pk):
            pass
        job.refresh_from_db()
        return job


def stored(tmp_path):
    return [path for path in Path(tmp_path / "store").rglob("*") if path.is_file()]


def test_the_inbox_shows_each_mail_with_its_words_and_its_document(owner, andina, version):
    make_test_run(andina, version)

    page = owner.get(PAGE).content.decode()
    assert [page.count(words) for words in ("For Ana", "bruno@andina.example", "In the test inbox")] == [1, 1, 2]
    with tenant(andina.pk):
        mail = OutgoingMail.objects.get(to_address="ana@andina.example")
    shown = owner.get(f"{PAGE}mails/{mail.pk}/").content.decode()
    assert all(
        words in shown for words in ("Hello Ana", "To ana@andina.example", "0001-ana.pdf", "It was sent nowhere")
    )
    (path,) = re.findall(rf'href="({PAGE}mails/{mail.pk}/attachments/0/)"', shown)
    answer = owner.get(path)
    assert (answer["Content-Type"], b"".join(answer.streaming_content)[:5]) == ("application/pdf", b"%PDF-")
    with tenant(andina.pk):
        said = AuditEvent.objects.filter(action__startswith="test_inbox").order_by("id")
        assert list(said.values_list("action", "changes")) == [
            ("test_inbox.list", {"people": [None, 2]}),
            ("test_inbox.read", {"people": [None, 1]}),
            ("test_inbox.download", {"people": [None, 1]}),
        ]


def test_an_empty_inbox_says_how_to_fill_it_and_the_form_then_begins_with_a_test_key(owner):
    page = owner.get(PAGE).content.decode()

    assert "No test mails yet" in page
    assert "Delete all test data" not in page
    form = owner.get("/orgs/andina/keys/new/?mode=test").content.decode()
    assert re.search(r'value="test"[^>]* checked', form)


def test_a_suppressed_address_is_left_out_of_a_test_too(owner, andina, version):
    with tenant(andina.pk):
        suppress(organization_id=andina.pk, address="ana@andina.example", reason="manual", actor=None)
    make_test_run(andina, version)

    with tenant(andina.pk):
        states = dict(OutgoingMail.objects.values_list("to_address", "state"))
    assert states == {"ana@andina.example": "suppressed", "bruno@andina.example": "sent"}
    assert "Left out" in owner.get(PAGE).content.decode()


def test_programs_read_the_inbox_with_a_test_key(andina, version):
    make_test_run(andina, version)
    _key, secret = make_key(andina, is_test=True)
    client = Client()

    listed = client.get(f"{API}mails/", headers=bearer(secret)).json()["results"]
    read = client.get(f"{API}mails/{listed[0]['id']}/", headers=bearer(secret)).json()
    attached = client.get(f"{API}mails/{listed[0]['id']}/attachments/0/", headers=bearer(secret))

    assert [(row["subject"], row["state"]) for row in listed] == [("For Bruno", "sent"), ("For Ana", "sent")]
    assert (read["text_body"], read["to_address"]) == ("Hello Bruno", "bruno@andina.example")
    assert read["attachments"][0]["file_name"].endswith(".pdf")
    assert attached["Content-Type"] == "application/pdf"
    assert client.get(f"{API}mails/{listed[0]['id']}/attachments/1/", headers=bearer(secret)).status_code == 404


def test_the_words_of_a_test_mail_are_markup_for_nobody(owner, andina):
    with tenant(andina.pk):
        mail = queue_mail(
            organization_id=andina.pk,
            to="ana@andina.example",
            subject="<script>1</script>",
            text="<b>x</b>",
            html='<p>"Hello"</p><script>alert(1)</script>',
            kind="docuai.document",
            idempotency_key="one",
            is_test=True,
        )

    page = owner.get(f"{PAGE}mails/{mail.pk}/").content.decode()

    assert "<script>1" not in page and "<script>alert" not in page and "<b>x" not in page
    assert 'sandbox=""' in page


def test_live_mail_is_in_no_test_inbox(owner, andina):
    with tenant(andina.pk):
        mail = queue_mail(
            organization_id=andina.pk, to="ana@andina.example", subject="Live", text="x", kind="k", idempotency_key="1"
        )

    assert "Live" not in owner.get(PAGE).content.decode().replace("Live only", "")
    assert owner.get(f"{PAGE}mails/{mail.pk}/").status_code == 404


def test_wiping_deletes_all_of_tests_and_nothing_else_and_the_log_stays(andina, version, tmp_path):
    with tenant(andina.pk):
        live = work(make_run(andina, version=version))
        kept_file = store(organization_id=andina.pk, name="a.csv", content=b"a", purpose="docuai.table", actor=None)
    before = stored(tmp_path)
    run = make_test_run(andina, version)
    with tenant(andina.pk):
        follow(runs.merge(actor=None, run=run))
        begin_upload(
            organization_id=andina.pk, actor=None, name="b.csv", purpose="docuai.table", length_bytes=9, is_test=True
        )
        store(organization_id=andina.pk, name="c.csv", content=b"c", purpose="docuai.table", actor=None, is_test=True)
        found = counts(andina.pk)
        assert found == {"runs": 1, "mails": 2, "jobs": 3, "files": 3}
        job = services.wipe_test_data(actor=None, organization=andina)

    job = wipe(andina, job)

    with tenant(andina.pk):
        assert (job.state, job.total, job.done) == ("done", 9, 9)
        assert counts(andina.pk) == dict.fromkeys(found, 0)
        assert list(BulkRun.objects.values_list("id", flat=True)) == [live.pk]
        assert set(RunRow.objects.values_list("run_id", flat=True)) == {live.pk}
        assert Document.objects.filter(run=live).count() == Document.objects.count() == 3
        assert list(StoredFile.objects.values_list("id", flat=True)) == [kept_file.pk]
        assert not Upload.objects.exists()
        assert set(JobLogLine.objects.values_list("job_id", flat=True)) <= {live.job_id, job.pk}
        said = AuditEvent.objects.filter(target_id=str(run.pk)).values_list("action", flat=True)
        assert "docuai.run.start" in said
        wiped = AuditEvent.objects.get(action="test_data.wiped")
        assert wiped.changes == {f"test_{name}": [count, 0] for name, count in found.items()}
    assert stored(tmp_path) == before


def test_what_tests_make_after_the_wipe_was_asked_for_stays(andina, version):
    first = make_test_run(andina, version)
    with tenant(andina.pk):
        job = services.wipe_test_data(actor=None, organization=andina)
        later = make_test_run(andina, version)
        BulkRun.objects.filter(id=later.pk).update(created_at=timezone.now() + timedelta(minutes=1))
        Job.objects.filter(is_test=True).exclude(subject_id=first.pk).update(
            created_at=timezone.now() + timedelta(minutes=1)
        )
        OutgoingMail.objects.exclude(job__subject_id=first.pk).update(created_at=timezone.now() + timedelta(minutes=1))

    wipe(andina, job)

    with tenant(andina.pk):
        assert list(BulkRun.objects.values_list("id", flat=True)) == [later.pk]
        assert counts(andina.pk)["mails"] == 2


def test_a_wipe_that_was_killed_in_the_middle_goes_on_and_takes_the_bytes_too(andina, version, tmp_path, monkeypatch):
    before = stored(tmp_path)
    for _number in range(2):
        make_test_run(andina, version)
    with tenant(andina.pk):
        job = services.wipe_test_data(actor=None, organization=andina)

    def killed(**_given):
        raise SystemExit

    with monkeypatch.context() as patch, tenant(andina.pk), pytest.raises(SystemExit):
        patch.setattr(wiping, "delete_key", killed)  # rows of the first run are gone, its bytes not yet
        wiping.work(organization_id=andina.pk, job_id=job.pk)
    with tenant(andina.pk):
        assert BulkRun.objects.count() == 1
        assert not wiping.work(organization_id=andina.pk, job_id=job.pk)  # the dead worker's lease holds
        Job.objects.filter(id=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))

    job = wipe(andina, job)

    assert (job.state, job.done) == ("done", 10)
    assert stored(tmp_path) == before


def test_the_page_asks_who_one_is_and_one_press_deletes(owner, andina, version):
    make_test_run(andina, version)
    page = owner.get(PAGE).content.decode()
    assert "Delete 5 things" in page

    first = owner.post(f"{PAGE}wipe/")
    again = owner.post(f"{PAGE}wipe/")

    with tenant(andina.pk):
        (job,) = Job.objects.filter(kind=wiping.JOB_KIND)
        assert (first.status_code, first["Location"], again["Location"]) == (
            302,
            f"/orgs/andina/jobs/{job.pk}/",
            f"/orgs/andina/jobs/{job.pk}/",
        )
        assert AuditEvent.objects.get(action="test_data.wipe").changes == {
            "test_runs": [1, 0],
            "test_mails": [2, 0],
            "test_jobs": [2, 0],
        }
    assert "Test data is being deleted" in owner.get(PAGE).content.decode()


def test_without_fresh_proof_nothing_is_deleted(owner, andina, version):
    make_test_run(andina, version)
    session = owner.session
    session["fresh_at"] = 0
    session.save()

    answer = owner.post(f"{PAGE}wipe/")

    assert not answer.get("Location", "").startswith("/orgs/andina/jobs/")
    with tenant(andina.pk):
        assert not Job.objects.filter(kind=wiping.JOB_KIND).exists()


def test_a_program_wipes_with_a_test_key(andina, version):
    make_test_run(andina, version)
    key, secret = make_key(andina, is_test=True)
    client = Client()

    assert client.get(API, headers=bearer(secret)).json()["counts"] == {"runs": 1, "mails": 2, "jobs": 2, "files": 0}
    answer = client.delete(API, headers=bearer(secret))

    assert (answer.status_code, answer.json()["total"]) == (202, 5)
    with tenant(andina.pk):
        job = wipe(andina, Job.objects.get(id=answer.json()["job"]))
        assert (job.state, job.key_id) == ("done", key.pk)
        assert not BulkRun.objects.exists()


def test_lists_badge_test_things_and_filter_them(owner, andina, version):
    with tenant(andina.pk):
        work(make_run(andina, version=version))
    for path in ("/orgs/andina/docuai/runs/", "/orgs/andina/jobs/"):
        assert 'name="test"' not in owner.get(path).content.decode()
    run = make_test_run(andina, version)

    badge = '<span class="badge warn"'
    for path, both in (("/orgs/andina/docuai/runs/", 1), ("/orgs/andina/jobs/", 2)):
        assert owner.get(path).content.decode().count(badge) == both
        assert owner.get(f"{path}?test=true").content.decode().count(badge) == both
        assert owner.get(f"{path}?test=false").content.decode().count(badge) == 0
    assert badge in owner.get(f"/orgs/andina/docuai/runs/{run.number}/").content.decode()
    assert badge in owner.get(f"/orgs/andina/jobs/{run.job_id}/").content.decode()


def test_the_check_page_says_that_it_is_a_test(andina, version, client):
    run = make_test_run(andina, version)
    with tenant(andina.pk):
        sha256 = Document.objects.filter(run=run).first().sha256

    page = client.post("/check/", {"sha256": sha256}).content.decode()

    assert 'data-verdict="test"' in page
    assert "A test document: it is worth nothing" in page
