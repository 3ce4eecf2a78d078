"""The page of a run, what can be downloaded from it, and who may do what."""

import io
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from docuai.bulk import services
from docuai.bulk.models import BulkRun, RunRow
from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.organizations import make_member, make_organization
from tests.factories.runs import make_run, work

RUN = "/orgs/andina/docuai/runs/1/"


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
        return work(make_run(andina))


@pytest.fixture
def editor(client, andina):
    client.force_login(make_member(andina, "editor@andina.example", "editor"))
    return client


def body(answer):
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def test_a_finished_run_accounts_for_every_row_and_asks_for_itself_no_more(editor, run):
    page = editor.get(RUN).content.decode()

    assert ">3 <small>of 3 rows accounted for" in page
    assert "<dt>Missing</dt><dd>0</dd>" in page
    assert "every 2s" not in page


def test_a_run_in_work_asks_for_itself_and_answers_with_the_fragment_alone(editor, andina):
    with tenant(andina.pk):
        make_run(andina)

    page = editor.get(RUN).content.decode()
    fragment = editor.get(RUN, headers={"HX-Request": "true", "HX-Target": "div#run"}).content.decode()

    assert "every 2s" in page
    assert fragment.lstrip().startswith("<div")
    assert "<html" not in fragment


@pytest.mark.parametrize("state", ["open", "ended"])
def test_the_page_takes_at_most_twelve_queries(editor, andina, state):
    with tenant(andina.pk):
        run = make_run(andina, actor=make_member(andina, "ana@andina.example"))
        if state == "ended":
            work(run)
    editor.get(RUN)

    with CaptureQueriesContext(connection) as queries:
        editor.get(RUN)

    assert len(queries) <= 12, [query["sql"][:300] for query in queries]


def test_the_list_takes_at_most_twelve_queries(editor, andina):
    with tenant(andina.pk):
        for _ in range(3):
            make_run(andina)
    editor.get("/orgs/andina/docuai/runs/")

    with CaptureQueriesContext(connection) as queries:
        editor.get("/orgs/andina/docuai/runs/")

    assert len(queries) <= 12, [query["sql"][:300] for query in queries]


def test_rows_are_found_by_state_number_and_name(editor, andina):
    with tenant(andina.pk):
        work(make_run(andina, [{"name": "Ana"}, {"name": "Bruno"}, {"nombre": "nobody"}]))

    assert "Bruno" not in editor.get(RUN, {"q": "ana"}).content.decode()
    assert "Bruno" in editor.get(RUN, {"q": "2"}).content.decode()
    assert "Bruno" not in editor.get(RUN, {"state": "failed"}).content.decode()


def test_the_archive_holds_the_documents_and_the_manifest(editor, run):
    packed = body(editor.get(f"{RUN}archive/"))

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["0001-ana.pdf", "0002-bruno.pdf", "0003-carla.pdf", "manifest.csv"]
        assert archive.read("manifest.csv") == body(editor.get(f"{RUN}manifest/"))
        assert archive.read("0002-bruno.pdf") == body(editor.get(f"{RUN}rows/2/document/"))


def test_any_range_of_the_archive_is_that_slice_of_the_whole(editor, run):
    whole = body(editor.get(f"{RUN}archive/"))
    middle = len(whole) // 2

    for first, last in [(0, 0), (10, 5000), (middle - 100, middle + 3000), (len(whole) - 40, len(whole) - 1)]:
        part = editor.get(f"{RUN}archive/", headers={"Range": f"bytes={first}-{last}"})
        assert (part.status_code, body(part)) == (206, whole[first : last + 1])
    head = editor.head(f"{RUN}archive/")
    assert head["Content-Length"] == str(len(whole))
    assert editor.get(f"{RUN}archive/", headers={"Range": f"bytes={len(whole)}-"}).status_code == 416


def test_a_correction_changes_the_tag_of_the_archive(editor, run, andina):
    before = editor.head(f"{RUN}archive/")["ETag"]
    with tenant(andina.pk):
        services.correct_row(actor=None, run=run, row=run.rows.get(number=1), data={"name": "Anna"})
        work(run)

    after = editor.head(f"{RUN}archive/")["ETag"]

    assert before != after
    assert editor.get(f"{RUN}archive/", headers={"If-None-Match": after}).status_code == 304


def test_a_document_is_shown_under_a_policy_of_its_own_and_saved_on_request(editor, run):
    shown = editor.get(f"{RUN}rows/1/document/")
    saved = editor.get(f"{RUN}rows/1/document/?download")

    assert shown["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in shown["Content-Security-Policy"]
    assert saved["Content-Disposition"] == 'attachment; filename="0001-ana.pdf"'


def test_failed_rows_leave_with_reasons_and_no_formula(editor, andina):
    with tenant(andina.pk):
        work(make_run(andina, [{"name": "Ana"}, {"grade": 3, "email": "=cmd@x.example"}]))

    lines = body(editor.get(f"{RUN}failed/")).decode("utf-8-sig").splitlines()

    assert lines[0] == "row,what is wrong,name,grade,email"
    assert lines[1].startswith("2,")
    assert lines[1].endswith(",3,'=cmd@x.example")


def test_a_viewer_may_look_and_download_and_change_nothing(client, run, andina):
    client.force_login(make_member(andina, "viewer@andina.example", "viewer"))

    assert client.get(RUN).status_code == 200
    assert client.get(f"{RUN}archive/").status_code == 200
    for action in ("steer", "delete", "verify", "merge", "keep", "corrections", "rows/1/correct"):
        assert client.post(f"{RUN}{action}/").status_code == 403
    with tenant(andina.pk):
        assert BulkRun.objects.get().deleted_at is None


def test_a_stranger_finds_nothing(client, run):
    client.force_login(make_member(make_organization("norte"), "owner@norte.example"))

    for page in ("", "archive/", "manifest/", "rows/1/", "rows/1/document/", "failed/"):
        assert client.get(f"{RUN}{page}").status_code == 404


def test_pause_resume_and_cancel_from_the_page(editor, andina):
    with tenant(andina.pk):
        run = make_run(andina)

    for to, state in [("pause", "paused"), ("resume", "queued"), ("cancel", "canceled")]:
        assert editor.post(f"{RUN}steer/", {"to": to}).status_code == 302
        with tenant(andina.pk):
            run.job.refresh_from_db()
        assert run.job.state == state
    assert "present state" in editor.post(f"{RUN}steer/", {"to": "pause"}, follow=True).content.decode()


def test_deleting_asks_for_the_number_and_can_be_taken_back(editor, run, andina):
    editor.post(f"{RUN}delete/", {"number": "7"})
    assert editor.get(RUN).status_code == 200

    listed = editor.post(f"{RUN}delete/", {"number": "1"}, follow=True).content.decode()
    assert "/runs/1/undelete/" in listed
    assert editor.get(RUN).status_code == 404

    assert editor.post(f"{RUN}undelete/").status_code == 302
    assert editor.get(RUN).status_code == 200
    with tenant(andina.pk):
        actions = list(AuditEvent.objects.order_by("at").values_list("action", flat=True))
    assert actions[-2:] == ["docuai.run.delete", "docuai.run.undelete"]


def test_the_runs_are_filtered_by_the_address(editor, andina):
    with tenant(andina.pk):
        work(make_run(andina))
    address = "/orgs/andina/docuai/runs/"

    assert "Greeting" in editor.get(address, {"state": "done"}).content.decode()
    assert "No run fits the filter" in editor.get(address, {"state": "open"}).content.decode()
    assert "No run fits the filter" in editor.get(address, {"template": "other"}).content.decode()


def test_stopping_a_worker_exists_in_the_demo_only(editor, andina, settings):
    with tenant(andina.pk):
        make_run(andina)
    assert editor.post(f"{RUN}stop-worker/").status_code == 404

    settings.DEMO = True

    assert editor.post(f"{RUN}stop-worker/").status_code == 302


def test_a_row_opens_over_the_page_and_on_a_page_of_its_own(editor, run):
    drawer = editor.get(f"{RUN}rows/2/", headers={"HX-Request": "true", "HX-Target": "div#drawer"}).content.decode()
    page = editor.get(f"{RUN}rows/2/").content.decode()

    assert "Correct row 2, Bruno" in drawer
    assert "<html" not in drawer
    assert "Correct row 2, Bruno" in page
    assert 'id="run"' in page


def test_a_row_is_corrected_in_the_drawer(editor, run, andina):
    wrong = editor.post(f"{RUN}rows/2/correct/", {"field:name": "Bruno", "field:grade": "11"})
    assert wrong.status_code == 422
    assert "Grade is above 10" in wrong.content.decode()
    assert 'value="11"' in wrong.content.decode()

    right = editor.post(f"{RUN}rows/2/correct/", {"field:name": "Bruno B.", "field:grade": "9.5", "reason": "Misspelt"})

    assert right.status_code == 302
    with tenant(andina.pk):
        row = RunRow.objects.get(number=2)
        assert (row.state, row.data["name"], row.data["grade"]) == ("queued", "Bruno B.", 9.5)
        assert row.documents.get().void_reason == "Misspelt"


def test_a_row_tells_why_it_failed_in_the_language_of_its_reader(andina, editor):
    with tenant(andina.pk):
        work(make_run(andina, [{"name": "Ana"}, {"nombre": "nobody"}]))

    assert "Name is empty" in editor.get(RUN).content.decode()
    assert "Name está vacío" in editor.get(RUN, headers={"accept-language": "es"}).content.decode()
    assert "Name está vacío" in body(editor.get(f"{RUN}failed/", headers={"accept-language": "es"})).decode()
