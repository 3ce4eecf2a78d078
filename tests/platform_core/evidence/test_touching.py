"""What a key or a member touched: one page, one end, one ZIP."""

import hashlib
import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from platform_core.access.models import ApiKey, ApiRequest
from platform_core.audit.models import AuditEvent
from platform_core.audit.services import audit
from platform_core.evidence import periodic
from platform_core.identity.models import SignedInSession
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization
from tests.settling import settle

API = "/api/v1/orgs/andina/evidence"


@pytest.fixture(autouse=True)
def frame():
    with unscoped():
        yield


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def marta(andina):
    return make_member(andina, "marta@andina.example")


@pytest.fixture
def leaked(andina):
    key, secret = make_key(andina)
    with tenant(andina.pk):
        audit(
            action="docuai.document.download", key_id=key.pk, organization_id=andina.pk, target_label="contract-7.pdf"
        )
        ApiRequest.objects.create(
            organization=andina, key=key, at=timezone.now(), method="GET", path="/api/v1/x/", status=200, ms=3,
            request_id="r-7", detail="=1+1",
        )  # fmt: skip
    return key, secret


def unzipped(answer):
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_one_page_shows_events_downloads_and_calls_of_a_key(client, marta, leaked):
    client.force_login(marta)
    key, _secret = leaked

    page = client.get(f"/orgs/andina/evidence/keys/{key.pk}/?what=downloads").content.decode()

    assert "contract-7.pdf" in page
    assert "/api/v1/x/" in page
    assert "Revoke everything" in page
    assert "contract-7.pdf" not in client.get(f"/orgs/andina/evidence/keys/{key.pk}/?what=denied").content.decode()
    old = f"/orgs/andina/evidence/keys/{key.pk}/?since=2026-01-01&until=2026-01-31"
    assert "contract-7.pdf" not in client.get(old).content.decode()


@pytest.mark.django_db(transaction=True)
def test_the_zip_holds_events_with_their_proof_calls_and_hashes_and_is_audited(
    client, settings, tmp_path, marta, leaked, andina
):
    settings.DATA_DIR = tmp_path
    client.force_login(marta)
    key, _secret = leaked
    settle()
    periodic.seal_audit()
    periodic.sign_audit()

    found = unzipped(client.get(f"/orgs/andina/evidence/keys/{key.pk}/zip/"))

    manifest = json.loads(found.read("manifest.json"))
    assert found.testzip() is None
    for file in manifest["files"]:
        data = found.read(file["name"])
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (file["sha256"], file["bytes"])
    events = [json.loads(line) for line in found.read("audit-events.jsonl").splitlines()]
    links = [json.loads(line) for line in found.read("chain.jsonl").splitlines()]
    mine = next(event for event in events if event["target_label"] == "contract-7.pdf")
    assert mine["seal"]["seal_hash"] in {link["seal_hash"] for link in links}
    assert all(a["seal_hash"] == b["previous_hash"] for a, b in zip(links, links[1:], strict=False))
    assert links[-1]["seal_hash"] == manifest["chain"]["seal_hash"] == manifest["chain"]["signed"]["hash"]
    assert found.read("api-requests.csv").decode().splitlines()[1].endswith("r-7,,'=1+1")
    with tenant(andina.pk):
        assert AuditEvent.objects.get(action="access.evidence.download").target_id == str(key.pk)


def test_everything_of_a_key_ends_with_the_keys_that_it_made(
    client, leaked, andina, django_capture_on_commit_callbacks
):
    key, secret = leaked
    _boss, boss = make_key(andina)
    child = client.post(
        "/api/v1/orgs/andina/keys/",
        {"name": "child", "scopes": ["platform_core.job.view"]},
        content_type="application/json",
        headers=bearer(secret),
    ).json()

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"{API}/keys/{key.pk}/revoke/", headers=bearer(boss))

    assert answer.json() == {"keys": 2, "sessions": 0, "shares": 0}
    for each in (secret, child["secret"]):
        assert client.get("/api/v1/me/", headers=bearer(each)).status_code == 401
    assert client.get("/api/v1/me/", headers=bearer(boss)).status_code == 200


def test_everything_of_a_member_ends_sessions_and_keys(client, marta, andina, django_capture_on_commit_callbacks):
    ana = make_member(andina, "ana@andina.example", "editor")
    key, secret = make_key(andina)
    with tenant(andina.pk):
        ApiKey.objects.filter(pk=key.pk).update(created_by=ana)
        member = ana.memberships.get().pk
    SignedInSession.objects.create(user=ana, session_key="a" * 32)
    client.force_login(marta)

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"/orgs/andina/evidence/members/{member}/revoke/")

    assert answer.status_code == 302
    assert not SignedInSession.objects.filter(user=ana).exists()
    assert client.get("/api/v1/me/", headers=bearer(secret)).status_code == 401
    with tenant(andina.pk):
        event = AuditEvent.objects.get(action="access.revoke_everything")
    assert event.changes["keys"] == [None, 1]


def test_neither_a_key_nor_an_admin_shuts_out_an_owner(client, marta, andina):
    admin = make_member(andina, "admin@andina.example", "admin")
    _key, secret = make_key(andina)
    with tenant(andina.pk):
        owner = marta.memberships.get().pk
    SignedInSession.objects.create(user=marta, session_key="m" * 32)

    by_key = client.post(f"{API}/members/{owner}/revoke/", headers=bearer(secret))
    client.force_login(admin)
    by_admin = client.post(f"/orgs/andina/evidence/members/{owner}/revoke/")

    assert (by_key.status_code, by_key.json()["code"], by_admin.status_code) == (403, "not_allowed", 403)
    assert SignedInSession.objects.filter(user=marta).exists()


def test_the_api_counts_and_refuses_nonsense(client, leaked, andina):
    key, _secret = leaked
    _boss, boss = make_key(andina)

    counted = client.get(f"{API}/keys/{key.pk}/?what=downloads", headers=bearer(boss)).json()

    assert (counted["kind"], counted["events"], counted["calls"], counted["living_keys"]) == ("key", 1, 1, 1)
    assert client.get(f"{API}/keys/{key.pk}/?days=8", headers=bearer(boss)).status_code == 422
    found = unzipped(client.get(f"{API}/keys/{key.pk}/zip/", headers=bearer(boss)))
    assert "manifest.json" in found.namelist()
    day = (timezone.now() - timedelta(days=3)).date()
    assert client.get(f"{API}/keys/{key.pk}/?since={day}&until={day}", headers=bearer(boss)).json()["events"] == 0
