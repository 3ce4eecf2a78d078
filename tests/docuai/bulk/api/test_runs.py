"""Runs over REST after their start: lists, steps, rows, corrections, failed rows, follow-ups."""

import csv
import hashlib
import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from docuai.bulk.models import BulkRun, Document, RunRow
from platform_core.audit.models import AuditEvent
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.scope import tenant
from tests.docuai.bulk.api.conftest import Program
from tests.factories.keys import make_key
from tests.factories.organizations import make_organization
from tests.factories.runs import follow, make_run

ROWS = [{"name": "Ana", "email": "ana@andina.example"}, {"name": "Bruno"}, {"grade": 11}]


@pytest.fixture
def run(program):
    return program.post(body={"template": "greeting", "rows": ROWS}).json()


def test_runs_are_listed_by_pages_and_narrowed_in_two_queries(program, andina, version):
    with tenant(andina.pk):
        made = [make_run(andina, version=version).number for _ in range(3)]
        Job.objects.filter(id=BulkRun.objects.get(number=1).job_id).update(state="done", done=3)
    program.get()  # the key is remembered from here on

    with CaptureQueriesContext(
        connection,
    ) as queries:
        first = program.get("?limit=2").json()

    assert len(queries) <= 2
    assert [run["number"] for run in first["results"]] == made[:0:-1]
    assert [run["counts"]["queued"] for run in first["results"]] == [3, 3]
    rest = program.client.get(first["next"], headers={"Authorization": f"Bearer {program.secret}"}).json()
    assert [(run["number"], run["counts"]["done"]) for run in rest["results"]] == [(1, 3)]
    assert rest["next"] is None
    assert [run["number"] for run in program.get("?state=done").json()["results"]] == [1]
    assert program.get("?template=none").json()["results"] == []
    assert program.get("?state=ended").status_code == 422
    assert program.get("?stat=done").json()["errors"][0]["parameter"] == "stat"


def test_a_run_is_paused_resumed_and_canceled(program, run, worked):
    assert program.post(f"{run['id']}/pause/").json()["state"] == "paused"
    assert worked(run["id"]).job.state == "paused"
    assert program.post(f"{run['id']}/pause/").json()["code"] == "job_state"
    assert program.post(f"{run['id']}/resume/").json()["state"] == "queued"
    canceled = program.post(f"{run['id']}/cancel/").json()
    assert (canceled["state"], canceled["counts"]["canceled"]) == ("canceled", 3)
    assert program.post(f"{run['id']}/resume/").status_code == 409


def test_failed_rows_are_tried_again_and_only_while_there_are_some(program, run, worked):
    assert worked(run["id"]).job.state == "partial"
    again = program.post(f"{run['id']}/retry/").json()
    assert (again["state"], again["counts"]["queued"]) == ("queued", 1)
    assert program.post(f"{run['id']}/retry/").json()["code"] == "no_failed_rows"


def test_failed_rows_of_a_paused_run_wait_until_it_is_resumed(program, andina, worked):
    run = program.post(body={"template": "greeting", "rows": [{"name": "Ana"}, {"grade": 1}, {"name": "Bo"}]}).json()
    program.post(f"{run['id']}/pause/")

    again = program.post(f"{run['id']}/retry/").json()

    assert (again["state"], again["counts"]["queued"], again["counts"]["failed"]) == ("paused", 3, 0)
    assert worked(run["id"]).job.state == "paused"
    assert program.get(f"{run['id']}/").json()["counts"]["queued"] == 3
    assert program.post(f"{run['id']}/resume/").json()["state"] == "queued"
    assert worked(run["id"]).job.state == "partial"
    with tenant(andina.pk):
        assert AuditEvent.objects.get(action="docuai.run.retry").changes == {"rows": [0, 1]}


def test_a_run_is_deleted(program, run):
    assert program.delete(f"{run['id']}/").status_code == 204
    assert program.get(f"{run['id']}/").status_code == 404
    assert program.get(f"{run['id']}/rows/").status_code == 404
    assert program.get().json()["results"] == []


def test_a_document_is_what_its_row_says(program, run, worked):
    worked(run["id"])

    row = program.get(f"{run['id']}/rows/1/").json()
    answer = program.get(f"{run['id']}/rows/1/document/")

    content = answer.getvalue()
    assert (answer["Content-Type"], content[:5]) == ("application/pdf", b"%PDF-")
    assert hashlib.sha256(content).hexdigest() == row["document"]["sha256"]
    assert (row["data"]["name"], len(content)) == ("Ana", row["document"]["size_bytes"])
    assert program.get(f"{run['id']}/rows/1/document/", Range="bytes=0-4").getvalue() == b"%PDF-"
    assert program.get(f"{run['id']}/rows/3/document/").status_code == 404
    assert program.get(f"{run['id']}/rows/1/document/?version=x").status_code == 422
    assert program.get(f"{run['id']}/rows/99/").status_code == 404


def test_a_corrected_row_gets_a_new_version_and_the_old_one_is_void(program, run, worked):
    worked(run["id"])
    before = program.get(f"{run['id']}/archive/")["ETag"]

    corrected = program.patch(f"{run['id']}/rows/1/", {"data": {"name": "Anna"}, "reason": "Misspelt"})

    assert (corrected.status_code, corrected.json()["state"]) == (200, "queued")
    assert corrected.json()["data"] == {"name": "Anna", "email": "ana@andina.example"}
    worked(run["id"])
    row = program.get(f"{run['id']}/rows/1/").json()
    assert [(each["version"], each["state"], each["void_reason"]) for each in row["documents"]] == [
        (2, "valid", ""),
        (1, "void", "Misspelt"),
    ]
    assert program.get(f"{run['id']}/rows/1/document/?version=1")["X-Document-State"] == "void"
    assert program.get(f"{run['id']}/archive/")["ETag"] != before


def test_a_correction_that_does_not_fit_changes_nothing(program, run, worked, andina):
    worked(run["id"])

    refused = program.patch(f"{run['id']}/rows/1/", {"data": {"name": None, "grade": 12}})

    assert (refused.status_code, refused.json()["code"]) == (422, "row_faults")
    assert {error["pointer"] for error in refused.json()["errors"]} == {"/data/name", "/data/grade"}
    assert program.patch(f"{run['id']}/rows/1/", {"data": "x"}).json()["errors"][0]["pointer"] == "/data"
    with tenant(andina.pk):
        assert RunRow.objects.get(number=1).data["name"] == "Ana"
        assert Document.objects.filter(state="void").count() == 0


def test_failed_rows_go_out_as_csv_and_come_back_corrected(program, run, worked):
    worked(run["id"])
    out = program.get(f"{run['id']}/failed-rows/")
    lines = list(csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig"))))
    assert [line["row"] for line in lines] == ["3"]
    lines[0] |= {"name": "Carla", "grade": "9"}
    text = io.StringIO()
    writer = csv.DictWriter(text, lines[0])
    writer.writeheader()
    writer.writerows(lines)

    back = program.post(f"{run['id']}/failed-rows/", {"file": SimpleUploadedFile("f.csv", text.getvalue().encode())})

    assert back.json() == {"changed": 1, "unchanged": 0, "faults": []}
    assert worked(run["id"]).job.state == "done"


def test_a_table_of_corrections_that_cannot_be_read_is_refused(program, run, worked):
    worked(run["id"])

    empty = program.post(f"{run['id']}/failed-rows/", {"file": SimpleUploadedFile("f.csv", b"")})
    foreign = program.post(f"{run['id']}/failed-rows/", {"file": SimpleUploadedFile("f.csv", b"name\nAna\n")})
    nothing = program.post(f"{run['id']}/failed-rows/", {})

    assert (empty.status_code, empty.json()["code"]) == (422, "zero_bytes")
    assert (foreign.status_code, foreign.json()["code"]) == (422, "table_refused")
    assert nothing.json()["errors"][0]["pointer"] == "/file"


def test_a_run_is_merged_verified_and_mailed(program, run, worked, andina):
    assert program.post(f"{run['id']}/merge/").json()["code"] == "run_refused"  # nothing to merge yet
    worked(run["id"])
    assert program.get(f"{run['id']}/merge/").status_code == 404

    merged = program.post(f"{run['id']}/merge/")
    verified = program.post(f"{run['id']}/verify/")
    mailed = program.post(f"{run['id']}/mail/", {"subject": "For {name}", "text": "Here it is."})

    assert [answer.status_code for answer in (merged, verified, mailed)] == [202, 202, 202]
    assert (merged.json()["kind"], merged.json()["total"], mailed.json()["total"]) == ("docuai.merge", 2, 1)
    with tenant(andina.pk):
        assert follow(Job.objects.get(id=merged.json()["job"])).state == "done"
        assert follow(Job.objects.get(id=verified.json()["job"])).state == "done"
    assert program.get(f"{run['id']}/merge/").getvalue()[:5] == b"%PDF-"


@pytest.mark.parametrize("path", ["", "rows/", "rows/1/", "rows/1/document/", "archive/", "failed-rows/", "merge/"])
def test_another_organization_sees_nothing_of_a_run(run, path, program):
    norte = make_organization("norte")
    stranger = Program(Client(), make_key(norte)[1])
    own = {"Authorization": f"Bearer {stranger.secret}"}

    assert stranger.get(f"{run['id']}/{path}").status_code == 404
    assert stranger.client.get(f"/api/v1/orgs/norte/docuai/runs/{run['id']}/{path}", headers=own).status_code == 404
    assert program.get(f"{uuid.uuid4()}/{path}").status_code == 404


@pytest.mark.parametrize("step", ["pause", "resume", "cancel", "retry", "merge", "mail", "verify", "failed-rows"])
def test_a_key_that_only_reads_changes_nothing(run, step, andina):
    reader = Program(Client(), make_key(andina, ["docuai.run.view", "docuai.run.start"])[1])

    refused = reader.post(f"{run['id']}/{step}/")

    assert (refused.status_code, refused.json()["permission"]) == (403, "docuai.run.manage")
    assert reader.get(f"{run['id']}/").json()["state"] == "queued"
