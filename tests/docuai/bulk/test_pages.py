"""The pages of runs, as a browser without scripts would use them."""

import io
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from docuai.bulk import rendering
from docuai.bulk.models import BulkRun
from docuai.library import services as library
from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.docuai.bulk.test_rendering import SOURCE
from tests.factories.organizations import make_member, make_organization


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def version(andina):
    with tenant(andina.pk):
        draft = library.create_template(
            actor=None, organization=andina, name="Greeting", engine="typst", sources={"en": SOURCE}
        )
        return library.publish(actor=None, version=draft)


@pytest.fixture
def signed_in(client, andina):
    def sign_in(role, organization=andina):
        client.force_login(make_member(organization, f"{role}@{organization.slug}.example", role))
        return client

    return sign_in


def upload(client, version, content):
    file = SimpleUploadedFile("people.csv", content, "text/csv")
    return client.post("/orgs/andina/docuai/runs/start/", {"version": str(version.pk), "file": file})


def test_a_table_becomes_a_zip_of_documents(signed_in, version, andina):
    client = signed_in("editor")

    answer = upload(client, version, "name\nZoë\nO'Brien\n".encode())

    assert answer.status_code == 302
    with tenant(andina.pk):
        run = BulkRun.objects.get()
        while rendering.render_rows(organization_id=andina.pk, run_id=run.pk):
            pass
    page = client.get(answer["Location"])
    assert ">2 <small>of 2 rows" in page.content.decode()
    packed = client.get("/orgs/andina/docuai/runs/1/archive/")
    with zipfile.ZipFile(io.BytesIO(b"".join(packed.streaming_content))) as archive:
        assert archive.namelist() == ["00001.pdf", "00002.pdf"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"name\n", "no rows"),
        ("name\nZoë".encode("cp1252"), "not UTF-8"),
        (b'{"name": ', "cannot be read"),
    ],
)
def test_a_table_that_cannot_be_used_says_why_and_starts_nothing(signed_in, version, andina, content, words):
    answer = upload(signed_in("editor"), version, content)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    with tenant(andina.pk):
        assert not BulkRun.objects.exists()


def test_a_viewer_may_look_and_not_start_and_the_refusal_is_written_down(signed_in, version, andina):
    client = signed_in("viewer")

    assert client.get("/orgs/andina/docuai/runs/").status_code == 200
    assert upload(client, version, b"name\nAna\n").status_code == 403

    with tenant(andina.pk):
        assert AuditEvent.objects.get(outcome="denied").action == "docuai.run.start"
        assert not BulkRun.objects.exists()


def test_a_stranger_finds_nothing(signed_in, version):
    client = signed_in("owner", make_organization("norte"))

    assert client.get("/orgs/andina/docuai/runs/").status_code == 404
    assert upload(client, version, b"name\nAna\n").status_code == 404


def test_a_visitor_is_asked_to_sign_in(client, version):
    answer = client.get("/orgs/andina/docuai/runs/")

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/login/")


def test_the_home_page_offers_demo_people_in_the_demo_only(client, andina, settings):
    make_member(andina, "marta@andina.example")
    assert "Try it with demo data" not in client.get("/").content.decode()
    assert client.post("/demo/sign-in/", {"email": "marta@andina.example"}).status_code == 404

    settings.DEMO = True

    assert "Who are you?" in client.get("/demo/").content.decode()
    assert client.post("/demo/sign-in/", {"email": "marta@andina.example"}).status_code == 302


def test_the_clock_is_not_needed_to_number_runs(andina, version):
    from docuai.bulk import services

    with tenant(andina.pk):
        numbers = [
            services.request_run(
                actor=None, organization=andina, version=version, rows=[{"name": "Ana"}], today=date(2026, 11, 24)
            ).number
            for _ in range(3)
        ]
    assert numbers == [1, 2, 3]
