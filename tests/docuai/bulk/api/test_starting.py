"""Starting runs over REST: every kind of input, the same call twice, and everything that is refused."""

import io
import json
import uuid
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from docuai.bulk import demo_tables
from docuai.bulk.models import BulkRun, Document, RunRow
from docuai.library import services as library
from docuai.library.models import TemplateVersion
from platform_core.files import services as files
from platform_core.files.models import StoredFile
from platform_core.kits.tenancy.scope import tenant
from platform_core.organizations.models import PlanLimit
from tests.docuai.bulk.api.conftest import ROOT, Program
from tests.factories.keys import make_key
from tests.factories.organizations import make_member, make_organization

PEOPLE = [{"name": "Ana", "grade": 9.5, "email": "ana@andina.example"}, {"name": "Bruno"}]
CSV = "name;email\nZoë;zoe@andina.example\nŁukasz;\n".encode()


def table(content=CSV, name="people.csv"):
    return SimpleUploadedFile(name, content)


def test_rows_become_documents_and_the_archive_opens(program, worked):
    started = program.post(
        body={"template": "greeting", "rows": PEOPLE, "options": {"file_name": "{row:03}-{name:slug}"}}
    )

    assert started.status_code == 202, started.json()
    body = started.json()
    assert started["Location"] == f"{ROOT}{body['id']}/"
    assert (body["state"], body["number"], body["version"]["number"]) == ("queued", 1, 1)
    assert body["counts"] == {"total": 2, "queued": 2, "running": 0, "done": 0, "failed": 0, "canceled": 0}
    worked(body["id"])
    done = program.get(f"{body['id']}/").json()
    assert (done["state"], done["counts"]["done"], done["options"]["keep_days"]) == ("done", 2, 90)
    archive = program.get(f"{body['id']}/archive/")
    content = archive.getvalue()
    packed = zipfile.ZipFile(io.BytesIO(content))
    assert packed.namelist() == ["001-ana.pdf", "002-bruno.pdf", "manifest.csv"]
    assert packed.testzip() is None
    part = program.get(f"{body['id']}/archive/", Range="bytes=0-9")
    assert (part.status_code, part.getvalue()) == (206, content[:10])
    assert program.get(f"{body['id']}/archive/", **{"If-None-Match": archive["ETag"]}).status_code == 304


def test_a_csv_of_the_form_is_read_matched_and_made(program, worked):
    options = json.dumps({"language": "es", "keep_days": 7})

    started = program.post(body={"template": "greeting", "version": "1", "file": table(), "options": options})

    assert started.status_code == 202, started.json()
    body = started.json()
    assert (body["table_name"], body["stage"], body["counts"]["queued"]) == ("people.csv", "reading", 2)
    worked(body["id"])
    rows = program.get(f"{body['id']}/rows/").json()["results"]
    assert [(row["number"], row["state"], row["email"]) for row in rows] == [
        (1, "done", "zoe@andina.example"),
        (2, "done", ""),
    ]


@pytest.mark.parametrize(("name", "content"), [
    ("people.json", json.dumps(PEOPLE).encode()),
    ("people.jsonl", "\n".join(map(json.dumps, PEOPLE)).encode()),
])  # fmt: skip
def test_a_finished_upload_is_taken_by_its_id(program, andina, worked, name, content):
    with tenant(andina.pk):
        file = files.store(organization_id=andina.pk, name=name, content=content, purpose="docuai.table", actor=None)

    body = program.post(body={"template": "greeting", "file_id": str(file.pk)}).json()

    assert worked(body["id"]).job.done == 2


def test_a_mapping_says_which_column_fills_which_field(program, worked, andina):
    file = table(b"wer,wohin\nAna,ana@andina.example\n")
    options = json.dumps({"mapping": {"name": "wer", "email": "wohin"}})

    body = program.post(body={"template": "greeting", "file": file, "options": options}).json()

    worked(body["id"])
    with tenant(andina.pk):
        row = RunRow.objects.get()
        assert (row.state, row.data["name"], row.email) == ("done", "Ana", "ana@andina.example")


def test_the_same_call_twice_starts_one_run_and_answers_the_same(program, andina):
    call = {"template": "greeting", "rows": PEOPLE}

    first = program.post(body=call, Idempotency_Key="k-1")
    again = program.post(body=call, Idempotency_Key="k-1")
    other = program.post(body={**call, "rows": PEOPLE[:1]}, Idempotency_Key="k-1")

    assert (first.status_code, again.status_code) == (202, 202)
    assert (again.json(), again["Location"]) == (first.json(), first["Location"])
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    with tenant(andina.pk):
        assert BulkRun.objects.count() == 1


def test_the_same_file_twice_is_kept_once(program, andina):
    for _ in range(2):
        assert program.post(body={"template": "greeting", "file": table()}, Idempotency_Key="f").status_code == 202

    with tenant(andina.pk):
        assert (BulkRun.objects.count(), StoredFile.objects.filter(purpose="docuai.table").count()) == (1, 1)


def test_bad_rows_are_refused_with_their_places_and_nothing_starts(program, andina):
    rows = [*PEOPLE, {"name": "", "email": "eva@@andina"}, {"grade": 11}, "x"]

    refused = program.post(body={"template": "greeting", "rows": rows, "options": {"on_bad_rows": "refuse"}})

    assert (refused.status_code, refused.json()["code"]) == (422, "rows_refused")
    places = {(error["pointer"], error["code"], error["row"]) for error in refused.json()["errors"]}
    assert places == {
        ("/rows/2/name", "required", 3),
        ("/rows/2/email", "bad_email", 3),
        ("/rows/3/name", "required", 4),
        ("/rows/3/grade", "too_big", 4),
        ("/rows/4", "not_an_object", 5),
    }
    with tenant(andina.pk):
        assert BulkRun.objects.count() == 0


def test_a_small_table_with_bad_rows_is_refused_at_once_and_not_kept(program, andina):
    file = table(b"name,email\nAna,ana@andina.example\nBo,bo@@andina\n")

    refused = program.post(body={"template": "greeting", "file": file, "options": '{"on_bad_rows": "refuse"}'})

    assert refused.json()["errors"][0]["pointer"] == "/rows/1/email"
    with tenant(andina.pk):
        assert (BulkRun.objects.count(), StoredFile.objects.filter(purpose="docuai.table").count()) == (0, 0)


def test_bad_rows_are_kept_as_failed_rows_or_left_out(program, worked, andina):
    rows = [*PEOPLE, {"grade": 11}]
    kept = program.post(body={"template": "greeting", "rows": rows, "options": {"on_bad_rows": "keep"}}).json()
    left = program.post(body={"template": "greeting", "rows": rows, "options": {"on_bad_rows": "leave_out"}}).json()

    assert (kept["counts"]["failed"], left["counts"]["total"]) == (1, 2)
    assert worked(kept["id"]).job.state == "partial"
    assert worked(left["id"]).job.state == "done"
    (failed,) = program.get(f"{kept['id']}/rows/?state=failed").json()["results"]
    assert (failed["number"], failed["error"]["code"], failed["document"]) == (3, "required", None)
    assert failed["error"]["pointer"] == "/name"


def test_the_messy_table_fails_only_where_it_must(program, worked):
    messy = table(demo_tables.people_messy(), "people_messy.csv")
    unsure = program.post(body={"template": "greeting", "file": messy})
    assert (unsure.status_code, unsure.json()["code"]) == (422, "encoding_uncertain")
    assert unsure.json()["errors"][0]["pointer"] == "/options/encoding"


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"file": table(b"")}, "zero_bytes", "/file"),
        ({"file": table(b"name,email\n")}, "header_only", "/file"),
        ({"file": table(b"%PDF-1.7 ...", "people.csv")}, "wrong_kind", "/file"),
        ({"file": table(b"PK\x03\x04 cut off", "people.xlsx")}, "workbook_damaged", "/file"),
        ({"file": table(b"city\nQuito\n")}, "bad_mapping", "/options/mapping"),
        ({"rows": []}, "no_rows", "/rows"),
        ({"rows": PEOPLE * 10_001}, "too_many_rows", "/rows"),
        ({"rows": "Ana"}, "invalid", "/rows"),
        ({}, "one_table", ""),
        ({"rows": PEOPLE, "file_id": str(uuid.uuid4())}, "one_table", ""),
        ({"file_id": str(uuid.uuid4())}, "no_such_file", "/file_id"),
        ({"rows": PEOPLE, "template": "none"}, "no_such_template", "/template"),
        ({"rows": PEOPLE, "version": "7"}, "no_such_version", "/version"),
        ({"rows": PEOPLE, "version": str(uuid.uuid4())}, "no_such_version", "/version"),
        ({"rows": PEOPLE, "options": {"formt": "pdf"}}, "unknown", "/options/formt"),
        ({"rows": PEOPLE, "options": {"format": "odt"}}, "invalid_choice", "/options/format"),
        ({"rows": PEOPLE, "options": {"format": "docx"}}, "bad_option", "/options/format"),
        ({"rows": PEOPLE, "options": {"file_name": "{nobody}"}}, "bad_option", "/options/file_name"),
        ({"rows": PEOPLE, "options": {"keep_days": 0}}, "min_value", "/options/keep_days"),
        ({"rows": PEOPLE, "options": {"sheet": "A"}}, "unknown_option", "/options/sheet"),
        ({"file": table(), "options": "{"}, "invalid", "/options"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_and_nothing_starts(program, andina, body, code, pointer):
    if "file" in body:
        body["file"].seek(0)

    refused = program.post(body={"template": "greeting", **body})

    assert refused.status_code == 422, refused.content
    assert (refused.json()["errors"][0]["code"], refused.json()["errors"][0]["pointer"]) == (code, pointer)
    assert refused["Content-Type"] == "application/problem+json"
    with tenant(andina.pk):
        assert (BulkRun.objects.count(), StoredFile.objects.filter(purpose="docuai.table").count()) == (0, 0)


def test_a_deprecated_version_and_a_draft_start_nothing(program, andina, version):
    with tenant(andina.pk):
        newer = library.save_version(actor=None, base=version, sources={"en": b"Hi"}, schema=version.schema)
        draft = program.post(body={"template": "greeting", "rows": PEOPLE, "version": str(newer.pk)})
        library.publish(actor=None, version=newer)
        assert TemplateVersion.objects.get(pk=version.pk).state == "deprecated"
    old = program.post(body={"template": "greeting", "rows": PEOPLE, "version": "1"})

    for refused in (draft, old):
        assert (refused.status_code, refused.json()["code"]) == (422, "version_not_published")


def test_an_organization_over_its_row_limit_starts_nothing(program, andina):
    with tenant(andina.pk):
        PlanLimit.objects.create(organization=andina, name="docuai.rows_per_month", value=1)

    refused = program.post(body={"template": "greeting", "rows": PEOPLE})

    assert (refused.status_code, refused.json()["code"]) == (422, "limit_reached")
    with tenant(andina.pk):
        assert BulkRun.objects.count() == 0


def test_only_who_may_start_runs_starts_one(andina, version):
    reader = Program(Client(), make_key(andina, ["docuai.run.view"])[1])
    stranger = Program(Client(), make_key(make_organization("norte"))[1])
    body = {"template": "greeting", "rows": PEOPLE}

    assert reader.post(body=body).status_code == 403
    assert reader.get().status_code == 200
    assert stranger.post(body=body).status_code == 404
    with tenant(andina.pk):
        assert Document.objects.count() == BulkRun.objects.count() == 0


def test_an_editor_in_a_browser_starts_a_run_too(client, andina, version):
    client.force_login(make_member(andina, "ana@andina.example", "editor"))

    started = client.post(ROOT, {"template": "greeting", "file": table()})

    assert started.status_code == 202
    with tenant(andina.pk):
        assert BulkRun.objects.select_related("job__started_by").get().job.started_by.email == "ana@andina.example"


@pytest.mark.parametrize(
    ("options", "pointer"),
    [
        ({"formt": "pdf"}, "/options/formt"),
        ({"language": "zz"}, "/options/language"),
        ({"language": "Spanish"}, "/options/language"),
        ({"sheet": "People"}, "/options/sheet"),
        ({"mapping": {"name": "nombre"}}, "/options/mapping/name"),
        ({"mapping": {"surname": "name"}}, "/options/mapping/surname"),
        ({"mapping": {"name": 7}}, "/options/mapping"),
        ({"on_bad_rows": "ignore"}, "/options/on_bad_rows"),
        ({"keep_days": 0}, "/options/keep_days"),
    ],
)
def test_an_option_that_is_not_known_or_not_meant_for_the_table_is_refused_by_name(program, andina, options, pointer):
    answer = program.post(body={"template": "greeting", "file": table(), "options": json.dumps(options)})

    problem = answer.json()
    assert (answer.status_code in (400, 422), problem["status"]) == (True, answer.status_code)
    assert pointer in [error["pointer"] for error in problem["errors"]]
    with tenant(andina.pk):
        assert not BulkRun.objects.exists()
        assert not StoredFile.objects.exists()


@pytest.mark.parametrize("sent", [{"templat": "greeting"}, {"rows": PEOPLE, "file_nam": "x"}])
def test_a_name_that_a_run_does_not_take_is_refused(program, sent):
    answer = program.post(body={"template": "greeting", **sent})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown")
