"""A member who may upload, on storage and spool of the test's own."""

import base64

import pytest

from platform_core.files.purposes import register_purpose
from platform_core.kits.tenancy.scope import unscoped
from tests.factories.organizations import make_member, make_organization

HEADERS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.STORAGE_URL = (tmp_path / "storage").as_uri()
    settings.DATA_DIR = tmp_path
    settings.MIN_FREE_PERCENT = 0
    register_purpose("test.table", max_bytes=1_000_000, kinds=("csv", "xlsx", "json", "jsonl", "text"))
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def ana(andina):
    return make_member(andina, "ana@andina.example", "editor")


@pytest.fixture
def tus(client, ana):
    client.force_login(ana)
    return Tus(client)


class Tus:
    """The least of a tus client: what ``tus-js-client`` sends."""

    def __init__(self, client, base="/orgs/andina/files/uploads/", headers=HEADERS):
        self.client, self.base, self.headers = client, base, dict(headers)

    def create(self, length, *, name="people.csv", purpose="test.table", **headers):
        pairs = {"filename": name, "purpose": purpose}
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
        sent = {**self.headers, "Upload-Length": str(length), "Upload-Metadata": metadata, **headers}
        return self.client.post(self.base, b"", headers=sent, content_type="application/x-nothing")

    def patch(self, url, offset, content, *, content_type="application/offset+octet-stream", **headers):
        sent = {**self.headers, "Upload-Offset": str(offset), **headers}
        return self.client.patch(url, content, content_type=content_type, headers=sent)

    def head(self, url):
        return self.client.head(url, headers=self.headers)

    def delete(self, url):
        return self.client.delete(url, headers=self.headers)

    def send(self, content, **fields):
        """This will upload all of it in one piece and return the answer to the last request."""
        url = self.create(len(content), **fields)["Location"]
        return self.patch(url, 0, content)
