"""What is done with ticked rows of a run, as a browser without scripts does it; and the pictures of a correction."""

import io
import re
import zipfile

import pytest

from docuai.bulk import services
from docuai.bulk.models import RunRow
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.mail.models import OutgoingMail
from tests.factories.organizations import make_member, make_organization
from tests.factories.runs import follow, make_run, work

RUN = "/orgs/andina/docuai/runs/1/"
ROWS = [
    {"name": "Ana", "email": "ana@andina.example"},
    {"grade": 1},
    {"name": "Carla", "email": "carla@andina.example"},
    {"grade": 2},
    {"name": "Elsa"},
]


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = tmp_path.as_uri()
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def run(andina):
    with tenant(andina.pk):
        return work(make_run(andina, ROWS))


@pytest.fixture
def editor(client, andina):
    client.force_login(make_member(andina, "editor@andina.example", "editor"))
    return client


def states(andina):
    with tenant(andina.pk):
        return dict(RunRow.objects.order_by("number").values_list("number", "state"))


def test_each_row_has_a_box_that_says_what_can_be_done_with_it(editor, run):
    page = editor.get(RUN).content.decode()

    boxes = dict(re.findall(r'name="row" value="(\d+)" aria-label="[^"]+" data-can="([^"]*)"', page))
    assert boxes == {"1": "download send", "2": "retry", "3": "download send", "4": "retry", "5": "download"}
    assert 'aria-label="Select row 1, Ana"' in page


def test_only_the_ticked_failed_rows_are_tried_again(editor, andina, run):
    answer = editor.post(f"{RUN}picked/", {"do": "retry", "row": ["1", "2", "5"]}, follow=True)

    assert "1 row is tried again." in answer.content.decode()
    assert states(andina) == {1: "done", 2: "queued", 3: "done", 4: "failed", 5: "done"}


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"do": "retry", "row": ["1"]}, "None of these rows has failed"),
        ({"do": "retry"}, "Tick at least one row."),
        ({"do": "retry", "row": ["x"]}, "Tick at least one row."),
        ({"do": "download", "row": ["2"]}, "None of these rows has a document"),
    ],
)
def test_a_choice_without_a_fitting_row_changes_nothing_and_says_so(editor, andina, run, sent, words):
    before = states(andina)

    answer = editor.post(f"{RUN}picked/", sent, follow=True)

    assert words in answer.content.decode()
    assert states(andina) == before


def test_the_documents_of_the_ticked_rows_come_as_one_zip_with_their_manifest(editor, run):
    answer = editor.post(f"{RUN}picked/", {"do": "download", "row": ["5", "1", "2"]}, follow=True)

    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert answer["Content-Disposition"].startswith('attachment; filename="run-1-selected.zip"')
    assert [name[:4] for name in packed.namelist()[:-1]] == ["0001", "0005"]
    assert [line.split(b",")[0] for line in packed.read("manifest.csv").splitlines()] == [b"row", b"1", b"5"]
    whole = editor.get(f"{RUN}archive/")
    assert whole["ETag"] != answer["ETag"]


def test_a_viewer_downloads_ticked_documents_and_changes_nothing(client, andina, run):
    client.force_login(make_member(andina, "viewer@andina.example", "viewer"))

    assert client.get(f"{RUN}archive/?row=1").status_code == 200
    assert 'name="do"' not in client.get(RUN).content.decode()
    assert client.post(f"{RUN}picked/", {"do": "retry", "row": ["2"]}).status_code == 403


def test_only_the_ticked_persons_get_their_document(editor, andina, run):
    page = editor.post(f"{RUN}picked/", {"do": "send", "row": ["3", "5"]}, follow=True)
    text = page.content.decode()
    assert "Of 2 selected rows:" in text
    assert "Send 1 document" in text
    assert '<input type="hidden" name="row" value="3" />' in text

    editor.post(f"{RUN}mail/", {"subject": "Hello", "text": "Yours", "row": ["3", "5"]})

    with tenant(andina.pk):
        job = Job.objects.get(kind="docuai.mail")
        follow(job)
        assert (job.total, [mail.to_address for mail in OutgoingMail.objects.all()]) == (1, ["carla@andina.example"])
    again = editor.post(f"{RUN}mail/", {"subject": "Hello", "text": "Yours", "row": ["1"]})
    assert again.status_code == 422
    assert "Another mailing of this run goes on." in again.content.decode()


def test_a_correction_shows_the_void_version_beside_the_new_one(editor, andina, run):
    with tenant(andina.pk):
        row = RunRow.objects.get(number=1)
        services.correct_row(actor=None, run=run, row=row, data={"name": "Anna"}, email=None, reason="", send=False)
    waiting = editor.get(f"{RUN}rows/1/").content.decode()
    assert "Version 1, void" in waiting
    assert "Version 2 is being made." in waiting

    with tenant(andina.pk):
        work(run)

    page = editor.get(f"{RUN}rows/1/").content.decode()
    assert re.findall(r"picture/\?version=(\d)", page) == ["1", "2"]
    pictures = [editor.get(f"{RUN}rows/1/picture/?version={version}") for version in "12"]
    assert [picture["Content-Type"] for picture in pictures] == ["image/png", "image/png"]
    assert pictures[0].content != pictures[1].content
    assert editor.get(f"{RUN}rows/1/picture/?version=3").status_code == 404
