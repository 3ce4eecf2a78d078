"""Resumable uploads: the protocol of tus 1.0, the limits, and what happens when the line or the process breaks."""

import hashlib
import io
import os
import zipfile
from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from platform_core.access.can import Principal
from platform_core.access.services import create_key
from platform_core.audit.models import AuditEvent
from platform_core.files import periodic, selectors, spool
from platform_core.files.models import StoredFile, Upload
from platform_core.files.views import receiving
from platform_core.kits.tenancy.scope import tenant
from platform_core.organizations.models import PlanLimit
from tests.factories.organizations import make_member, make_organization
from tests.factories.workbooks import make_workbook
from tests.platform_core.files.conftest import HEADERS, Tus

CSV = "name,email\nZoë,zoe@andina.example\n".encode()


def spooled():
    folder = spool.place("x").parent
    return list(folder.iterdir()) if folder.exists() else []


def test_the_server_says_what_it_speaks(tus):
    answer = tus.client.options(tus.base)

    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,termination,expiration"
    assert int(answer["Tus-Max-Size"]) == 200_000_000


def test_a_file_comes_in_two_pieces_and_is_kept_with_type_and_hash(tus, andina):
    created = tus.create(len(CSV))
    assert created.status_code == 201
    url = created["Location"]

    first = tus.patch(url, 0, CSV[:10])
    assert (first.status_code, first["Upload-Offset"]) == (204, "10")
    assert tus.head(url)["Upload-Offset"] == "10"
    last = tus.patch(url, 10, CSV[10:])

    with tenant(andina.pk):
        file = StoredFile.objects.get(id=last["Upload-File-Id"])
        assert (file.name, file.content_type, file.size_bytes) == ("people.csv", "text/csv", len(CSV))
        assert file.sha256 == hashlib.sha256(CSV).hexdigest()
        assert selectors.read(file) == CSV
        assert AuditEvent.objects.get(action="file.store").target_id == str(file.pk)
    assert spooled() == []
    assert tus.head(url)["Upload-File-Id"] == last["Upload-File-Id"]


def test_a_gigabyte_is_refused_at_creation_and_nothing_is_spooled(tus, andina):
    answer = tus.create(1_000_000_000)

    assert answer.status_code == 413
    assert "1\xa0MB is the most" in answer.json()["detail"]
    with tenant(andina.pk):
        assert not Upload.objects.exists()
    assert spooled() == []


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Upload-Length": "a"}, 400, "bad_upload_request"),
        ({"Upload-Length": "-1"}, 400, "bad_upload_request"),
        ({"Upload-Length": "0"}, 422, "empty_file"),
        ({"Upload-Metadata": "filename ???"}, 400, "bad_upload_request"),
        ({"Upload-Metadata": ""}, 400, "unknown_purpose"),
        ({"Tus-Resumable": "0.2.0"}, 412, "unsupported_tus_version"),
    ],
)
def test_a_creation_that_is_wrong_says_why_and_opens_nothing(tus, andina, headers, status, code):
    answer = tus.create(10, **headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    with tenant(andina.pk):
        assert not Upload.objects.exists()


def test_an_unknown_purpose_is_refused(tus):
    assert tus.create(10, purpose="anything").json()["code"] == "unknown_purpose"


def test_a_wrong_offset_is_a_conflict_and_adds_nothing(tus):
    url = tus.create(len(CSV))["Location"]
    tus.patch(url, 0, CSV[:10])

    assert tus.patch(url, 4, CSV[4:]).status_code == 409
    assert tus.head(url)["Upload-Offset"] == "10"


def test_a_second_writer_is_turned_away_while_the_first_one_writes(tus):
    url = tus.create(len(CSV))["Location"]
    upload_id = url.rstrip("/").rpartition("/")[2]

    with spool.locked(upload_id):
        answer = tus.patch(url, 0, CSV)

    assert (answer.status_code, answer.json()["code"]) == (423, "upload_locked")
    assert tus.head(url)["Upload-Offset"] == "0"


def test_more_than_announced_is_refused_and_the_upload_can_go_on(tus):
    url = tus.create(10)["Location"]

    assert tus.patch(url, 0, CSV).status_code == 413
    assert tus.head(url)["Upload-Offset"] == "0"


def test_a_piece_over_eight_megabytes_and_a_wrong_type_are_refused(tus):
    url = tus.create(10)["Location"]

    assert tus.patch(url, 0, b"x" * (receiving.MAX_PIECE + 1)).status_code == 413
    assert tus.patch(url, 0, b"x", content_type="text/plain").status_code == 415
    assert tus.head(url)["Upload-Offset"] == "0"


class BrokenLine(io.RawIOBase):
    """Gives a few bytes and then breaks, as a lost connection does."""

    def __init__(self, given):
        self.given = given

    def read(self, size=-1):
        if not self.given:
            raise OSError("connection reset")
        piece, self.given = self.given[:size], self.given[size:]
        return piece


def test_what_arrived_before_the_line_broke_is_kept(tus, andina, ana):
    url = tus.create(len(CSV))["Location"]
    headers = {**HEADERS, "Upload-Offset": "0"}
    request = RequestFactory().patch(url, CSV, content_type="application/offset+octet-stream", headers=headers)
    request._stream = BrokenLine(CSV[:12])

    with tenant(andina.pk):
        upload = Upload.objects.get()
        receiving.answer(request, organization_id=andina.pk, actor=ana, upload_id=upload.pk, base="")

    assert tus.head(url)["Upload-Offset"] == "12"
    assert tus.patch(url, 12, CSV[12:])["Upload-File-Id"]


def test_head_tells_the_truth_after_the_process_died_before_it_wrote_to_the_database(tus, andina):
    url = tus.create(len(CSV))["Location"]
    upload_id = url.rstrip("/").rpartition("/")[2]
    with spool.place(upload_id).open("ab") as file:
        file.write(CSV[:7])  # bytes on disk, row untouched: what kill -9 in mid-PATCH leaves

    assert tus.head(url)["Upload-Offset"] == "7"
    with spool.place(upload_id).open("ab") as file:
        file.write(CSV[7:])  # and whole, but the file was not made

    assert tus.head(url)["Upload-File-Id"]
    with tenant(andina.pk):
        assert StoredFile.objects.get().sha256 == hashlib.sha256(CSV).hexdigest()


def test_an_upload_whose_bytes_are_not_on_this_machine_is_not_found(tus):
    url = tus.create(len(CSV))["Location"]
    spool.remove(url.rstrip("/").rpartition("/")[2])

    assert tus.head(url).status_code == 404
    assert tus.patch(url, 0, CSV).status_code == 404


def test_an_upload_is_ended_with_its_bytes(tus, andina):
    url = tus.create(len(CSV))["Location"]
    tus.patch(url, 0, CSV[:5])

    assert tus.delete(url).status_code == 204

    assert tus.head(url).status_code == 404
    assert spooled() == []


def test_another_member_does_not_find_the_upload_and_a_viewer_may_not_begin_one(tus, andina, client):
    url = tus.create(len(CSV))["Location"]
    client.force_login(make_member(andina, "diego@andina.example", "editor"))
    assert tus.head(url).status_code == 404

    client.force_login(make_member(andina, "vera@andina.example", "viewer"))
    assert tus.create(len(CSV)).status_code == 403

    client.force_login(make_member(make_organization("norte"), "nora@norte.example"))
    assert tus.create(len(CSV)).status_code == 404


def test_a_page_without_its_token_cannot_upload(ana):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(ana)

    assert Tus(client).create(10).status_code == 403


def test_the_quota_is_checked_at_creation_and_counts_what_is_on_its_way(tus, andina):
    with tenant(andina.pk):
        PlanLimit.objects.create(organization=andina, name="storage_bytes", value=100)

    first = tus.create(60)
    refused = tus.create(60)
    assert first.status_code == 201
    assert (refused.status_code, refused.json()["code"]) == (413, "storage_limit")
    assert "40\xa0B of 100\xa0B left, 60\xa0B needed" in refused.json()["detail"]

    tus.delete(first["Location"])  # gives its room back
    assert tus.create(60).status_code == 201


def test_a_full_disk_takes_no_new_file_and_says_so(tus, settings):
    settings.MIN_FREE_PERCENT = 100

    answer = tus.create(10)

    assert (answer.status_code, answer.json()["code"]) == (507, "no_room")


def package(*names):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for name in names:
            out.writestr(name, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("a.csv", CSV, "text/csv"),
        ("a.csv", "name;city\nJosé;León\n".encode("cp1252"), "text/csv"),
        ("a.csv", "name\nZoë\n".encode("utf-16"), "text/csv"),
        ("a.csv", "name,city\nZoe,Lima\n".encode("utf-16-le"), "text/csv"),
        ("a.json", b'[{"a": 1}]', "application/json"),
        ("a.json", b"name,city\n", "text/plain"),
        ("a.jsonl", b'{"a": 1}\n', "application/x-ndjson"),
        (
            "people.csv",
            make_workbook({"S": [["a"]]}),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
    ],
)
def test_the_type_is_told_by_the_content(tus, andina, name, content, content_type):
    answer = tus.send(content, name=name)

    with tenant(andina.pk):
        assert StoredFile.objects.get(id=answer["Upload-File-Id"]).content_type == content_type


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("people.csv", b"\x89PNG\r\n\x1a\n" + b"0" * 50, "The content of this file is PNG"),
        ("people.xlsx", package("word/document.xml"), "The content of this file is DOCX"),
        ("people.xlsx", package("other.txt"), "The content of this file is ZIP"),
        ("people.xlsx", b"PK\x03\x04 cut off", "damaged"),
        ("people.xls", OLE, "old Office version"),
        ("people.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
        ("people.csv", os.urandom(4096), "unknown kind"),
    ],
)
def test_a_wrong_content_is_refused_with_what_to_do_and_nothing_stays(tus, andina, name, content, words):
    answer = tus.send(content, name=name)

    assert answer.status_code == 422
    assert words in answer.json()["detail"]
    with tenant(andina.pk):
        assert not StoredFile.objects.exists()
        assert not Upload.objects.exists()
    assert spooled() == []


def test_a_name_loses_its_path_and_its_tricks(tus, andina):
    answer = tus.send(CSV, name="../../etc/pass\u202ewd\x00.csv")

    with tenant(andina.pk):
        assert StoredFile.objects.get(id=answer["Upload-File-Id"]).name == "passwd.csv"


def test_the_clock_removes_expired_uploads_and_files_put_away_long_ago(tus, andina, ana):
    tus.create(10)
    kept = tus.send(CSV)["Upload-File-Id"]
    with tenant(andina.pk):
        Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        StoredFile.objects.filter(id=kept).update(deleted_at=timezone.now() - timedelta(days=31))
        key = StoredFile.objects.get().storage_key

    assert periodic.sweep_files() == 3

    with tenant(andina.pk):
        assert not Upload.objects.exists()
        assert not StoredFile.objects.exists()
    with pytest.raises(selectors.MissingFileError):
        selectors.read_bytes(key=key)
    assert spooled() == []


def test_a_program_uploads_with_its_key_and_goes_on_where_it_stopped(client, andina, ana):
    with tenant(andina.pk):
        _key, secret = create_key(
            actor=ana,
            principal=Principal(andina.pk, "owner", ana.pk),
            organization=andina,
            name="upload",
            scopes=["platform_core.file.upload"],
        )
    program = Tus(client, "/api/v1/orgs/andina/files/uploads/", {**HEADERS, "Authorization": f"Bearer {secret}"})

    url = program.create(len(CSV))["Location"]
    program.patch(url, 0, CSV[:9])
    assert program.head(url)["Upload-Offset"] == "9"
    last = program.patch(url, 9, CSV[9:])

    assert url.startswith("/api/v1/orgs/andina/files/uploads/")
    with tenant(andina.pk):
        assert StoredFile.objects.get(id=last["Upload-File-Id"]).uploaded_by is None
    refused = program.create(2_000_000)
    assert (refused.status_code, refused["Content-Type"]) == (413, "application/problem+json")
    assert client.options(program.base, headers=program.headers)["Tus-Version"] == "1.0.0"
    without = {name: value for name, value in program.headers.items() if name != "Authorization"}
    assert Tus(client, program.base, without).create(10).status_code == 401


def test_a_creation_that_is_sent_again_with_its_key_gives_the_same_upload(client, andina, ana):
    client.force_login(ana)
    program = Tus(client, "/api/v1/orgs/andina/files/uploads/")
    once = {"Idempotency-Key": "people-1"}

    first = program.create(len(CSV), **once)
    again = program.create(len(CSV), **once)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first["Location"] == again["Location"]
    assert (again["Idempotent-Replay"], again["Tus-Resumable"]) == ("true", "1.0.0")
    other = program.create(len(CSV) + 1, **once)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    refused = program.create(2_000_000, **{"Idempotency-Key": "people-2"})
    assert (refused.status_code, refused["Tus-Resumable"]) == (413, "1.0.0")
    assert (
        program.create(len(CSV), **{"Idempotency-Key": "people-2"}).status_code == 201
    )  # after a refusal the key is free
    with tenant(andina.pk):
        assert Upload.objects.count() == 2
    assert len(spooled()) == 2
