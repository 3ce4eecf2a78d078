"""Verifying runs, merging and mailing their documents, and the public page that knows issued files by their hash."""

import hashlib
from pathlib import Path

import pytest
from django.db.models.functions import Now

from docuai.bulk import selectors, services
from docuai.bulk.models import Document
from docuai.engines import services as engines
from platform_core.files.models import StoredFile
from platform_core.files.selectors import read
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.mail.models import OutgoingMail
from platform_core.organizations.models import OrganizationBrand
from tests.factories.organizations import make_organization
from tests.factories.runs import follow, make_run, work


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        yield


@pytest.fixture
def organization(db):
    return make_organization("andina")


@pytest.fixture
def run(organization):
    with tenant(organization.pk):
        yield work(make_run(organization))


def test_an_untouched_run_is_all_the_same(run):
    job = follow(services.verify(actor=None, run=run))

    assert (job.state, job.done, job.failed, job.result["same"]) == ("done", 3, 0, 3)


def test_bytes_that_changed_or_went_are_named_by_their_rows(run, tmp_path):
    pack = tmp_path / Document.objects.first().pack_key
    content = bytearray(pack.read_bytes())
    second = Document.objects.get(row__number=2)
    content[second.offset_bytes + 50] ^= 1
    pack.write_bytes(content)

    job = follow(services.verify(actor=None, run=run))

    assert (job.state, job.result["damaged"], job.result["same"]) == ("partial", 1, 2)
    assert job.result["rows"] == [{"row": 2, "outcome": "damaged"}]


def test_another_engine_is_said_and_is_no_fault(run):
    Document.objects.filter(row__number=1).update(engine_fingerprint="typst 0.1 elsewhere")

    job = follow(services.verify(actor=None, run=run))

    assert (job.state, job.result["engine_changed"], job.result["same"]) == ("done", 1, 2)


def test_a_missing_pack_is_missing(run, tmp_path):
    Path(tmp_path / Document.objects.first().pack_key).unlink()

    job = follow(services.verify(actor=None, run=run))

    assert (job.state, job.result["missing"]) == ("failed", 3)


def test_asking_twice_finds_the_first_job(run):
    assert services.verify(actor=None, run=run) == services.verify(actor=None, run=run)


def test_one_pdf_holds_all_documents_in_order(run):
    job = follow(services.merge(actor=None, run=run))

    file = StoredFile.objects.get(id=job.result["file_id"])
    assert (job.state, job.result["pages"], file.purpose) == ("done", 3, "docuai.merged")
    pages = engines.text_of(pdf=read(file))
    assert [page.split()[-1] for page in pages] == ["Ana", "Bruno", "Carla"]


def test_each_person_is_mailed_once_however_often_it_is_asked(run):
    job = follow(services.mail_documents(actor=None, run=run, subject="For {name}", text="Dear {name}, {unknown}"))
    assert not job.ended

    mails = OutgoingMail.objects.order_by("to_address")
    assert [mail.subject for mail in mails] == ["For Ana", "For Bruno", "For Carla"]
    assert mails[0].text_body == "Dear Ana, {unknown}"
    assert mails[0].attachments[0]["size"] == Document.objects.get(row__number=1).size_bytes
    with pytest.raises(services.RunError, match="already"):
        services.mail_documents(actor=None, run=run, subject="Again", text="Again")
    assert OutgoingMail.objects.count() == 3


def test_a_corrected_document_alone_is_mailed_again(run):
    follow(services.mail_documents(actor=None, run=run, subject="One", text="One"))
    OutgoingMail.objects.update(state="sent")
    row = run.rows.get(number=2)
    services.correct_row(actor=None, run=run, row=row, data={**row.data, "name": "Bruno B."})
    work(run)
    Job.objects.filter(kind="docuai.mail").update(lease_until=Now())
    follow(selectors.follow_ups(run).mail)

    follow(services.mail_documents(actor=None, run=run, subject="Two", text="Two"))

    assert list(OutgoingMail.objects.filter(subject="Two").values_list("to_address", flat=True)) == [
        "bruno@andina.example"
    ]


def test_an_issued_file_is_unchanged(client, run, organization):
    document = Document.objects.get(row__number=1)

    page = ask(client, document.sha256).content.decode()

    assert "Issued by Andina" in page
    assert "unchanged" in page
    assert "Ana" not in page.replace("Andina", "")


def test_the_page_wears_the_issuers_brand_and_nobodys_for_an_unknown_file(client, run, organization):
    OrganizationBrand.objects.create(organization=organization, accent="#ffcc00", postal_address="Av. Arce 2100")

    known = ask(client, Document.objects.first().sha256).content.decode()
    unknown = ask(client, "0" * 64).content.decode()

    assert "--brand:#8f7200;--brand-dark:#ffcc00" in known
    assert "Andina, Av. Arce 2100" in known
    assert "brand-head" not in unknown


def test_one_changed_byte_is_not_the_file(client, run):
    content = bytearray(selectors.content_of(Document.objects.get(row__number=1)))
    content[100] ^= 1

    page = ask(client, hashlib.sha256(content).hexdigest()).content.decode()

    assert "Not a file that was issued" in page


def test_a_corrected_document_is_void_and_says_what_replaces_it(client, run):
    old = Document.objects.get(row__number=1)
    services.correct_row(actor=None, run=run, row=run.rows.get(number=1), data={"name": "Anna"}, reason="Misspelt")
    work(run)

    page = ask(client, old.sha256).content.decode()

    assert "Void since" in page
    assert "Reason: Misspelt." in page
    assert "takes its place" in page


def test_the_same_bytes_of_two_organizations_answer_with_the_first_issuer(client, run):
    with unscoped():
        norte = make_organization("norte")
        with tenant(norte.pk):
            work(make_run(norte))
            twin = Document.objects.get(row__number=1)

    assert twin.sha256 == Document.objects.get(row__number=1).sha256
    assert "Issued by Andina" in ask(client, twin.sha256).content.decode()


@pytest.mark.parametrize("text", ["hello", "abc123", "g" * 64])
def test_what_is_no_fingerprint_is_refused(client, db, text):
    answer = ask(client, text)

    assert answer.status_code == 422
    assert "no SHA-256" in answer.content.decode()


def ask(client, sha256):
    with unscoped():
        return client.post("/check/", {"sha256": sha256})
