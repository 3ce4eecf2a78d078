"""Storage in a bucket, against a real server that checks signatures."""

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from platform_core.files import selectors, services
from platform_core.kits.storage.ports import MissingFileError, StorageError, storage
from platform_core.kits.tenancy.scope import tenant
from portfolio.stack.ports import answers, free_port

KEY, SECRET = "portfolio", "a-secret-of-the-test"
CONTENT = os.urandom(300_000)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("bucket"), free_port()
    (folder / "portfolio").mkdir()
    environment = {**os.environ, "NANIO_ACCESS_KEY": KEY, "NANIO_SECRET_KEY": SECRET}
    command = [str(Path(sys.executable).with_name("nanio")), "serve", "--data-dir", str(folder), "--host", "127.0.0.1"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--no-access-log"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    end = time.monotonic() + 30
    while not answers(port):
        assert time.monotonic() < end, "the S3 server did not start"
        time.sleep(0.05)
    yield f"127.0.0.1:{port}/portfolio?region=us-east-1&secure=0"
    process.terminate()
    process.wait(10)


@pytest.fixture
def bucket(server, settings):
    settings.STORAGE_URL = f"s3://{KEY}:{SECRET}@{server}"


def test_bytes_are_written_read_by_range_and_deleted(bucket):
    services.write_bytes(key="o/files/1", content=CONTENT)

    assert selectors.read_bytes(key="o/files/1") == CONTENT
    assert selectors.read_bytes(key="o/files/1", offset=1000, size=10) == CONTENT[1000:1010]
    assert selectors.read_bytes(key="o/files/1", offset=299_990) == CONTENT[-10:]
    with storage().local_copy("o/files/1") as path:
        assert path.read_bytes() == CONTENT
    services.delete_key(key="o/files/1")
    services.delete_key(key="o/files/1")
    with pytest.raises(MissingFileError):
        selectors.read_bytes(key="o/files/1")


def test_a_wrong_secret_writes_nothing(server, settings):
    settings.STORAGE_URL = f"s3://{KEY}:wrong@{server}"

    with pytest.raises(StorageError):
        services.write_bytes(key="o/files/2", content=b"x")


def fetch(url, **headers):
    return urlopen(Request(url, headers=headers), timeout=10)  # our own server on this machine


def test_a_member_is_sent_to_a_signed_link_that_works_and_a_changed_one_is_refused(bucket, client, ana, andina):
    with tenant(andina.pk):
        file = services.store(
            organization_id=andina.pk, name="Zoë.csv", content=CONTENT, purpose="test.table", actor=None
        )
    client.force_login(ana)

    answer = client.get(f"/orgs/andina/files/{file.pk}/")

    assert answer.status_code == 302
    with fetch(answer["Location"]) as found:
        assert found.read() == CONTENT
    with fetch(answer["Location"], Range="bytes=5-9") as part:
        assert (part.status, part.read()) == (206, CONTENT[5:10])
    signed = answer["Location"]
    another = "1" if signed.endswith("0") else "0"  # one in sixteen signatures ends in 0
    for changed in (signed.replace("Expires=300", "Expires=9999"), signed[:-1] + another):
        with pytest.raises(HTTPError) as refused:
            fetch(changed)
        assert refused.value.code == 403


def test_a_stretch_of_a_pack_goes_through_us_by_ranges(bucket, client, andina):
    services.write_bytes(key=f"{andina.pk}/runs/1.pack", content=CONTENT)
    address = services.signed_link(
        organization_id=andina.pk,
        purpose="x",
        seconds=60,
        key=f"{andina.pk}/runs/1.pack",
        offset=100,
        size=50,
        name="a",
    )

    answer = client.get(address.partition("8000")[2], headers={"Range": "bytes=10-19"})

    assert (answer.status_code, b"".join(answer.streaming_content)) == (206, CONTENT[110:120])


def test_an_upload_ends_in_the_bucket(bucket, tus, andina):
    answer = tus.send(b"name\nAna\n")

    with tenant(andina.pk):
        file = selectors.files(andina).get(id=answer["Upload-File-Id"])
        assert selectors.read(file) == b"name\nAna\n"
