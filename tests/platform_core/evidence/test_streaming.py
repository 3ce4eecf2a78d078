"""The log reaches an organization's collector in order, signed, at least once; the cursor moves after a 2xx and never before."""

import json
import time

import pytest
from django.utils import timezone

from platform_core.access.freshness import FRESH_AT
from platform_core.audit.models import AuditEvent
from platform_core.audit.services import audit
from platform_core.evidence import services, streaming
from platform_core.evidence.models import AuditRetention, AuditStream
from platform_core.kits.crypto import signing
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.organizations import make_member, make_organization
from tests.factories.receivers import receiver
from tests.factories.seals import seal_all


@pytest.fixture(autouse=True)
def frame(settings, tmp_path, transactional_db):
    settings.DATA_DIR = tmp_path
    settings.OUTBOUND_LOOPBACK = True
    with unscoped():
        yield


@pytest.fixture
def andina():
    return make_organization("andina")


def write(organization, *labels):
    with tenant(organization.pk):
        for label in labels:
            audit(action="key.created", organization_id=organization.pk, target_label=label)
    seal_all(sign=False)


def begin(organization, url):
    with tenant(organization.pk):
        return services.set_stream(actor=None, organization=organization, url=url, from_start=True)


def row(organization):
    with tenant(organization.pk):
        return AuditStream.objects.get()


def labels(call):
    return [json.loads(line)["target_label"] for line in call.body.splitlines()]


def test_records_arrive_in_order_signed_and_once_where_all_goes_well(andina):
    write(andina, "a", "b", "c")
    with receiver() as collector:
        _stream, secret = begin(andina, collector.url)
        seal_all(sign=False)
        assert streaming.work() == 4
        assert streaming.work() == 0

    (call,) = collector.calls
    assert labels(call)[:3] == ["a", "b", "c"]
    assert [json.loads(line)["seal"]["sequence"] for line in call.body.splitlines()] == [1, 2, 3, 4]
    assert signing.verify([secret], call.headers, call.body, now=time.time()) == call.headers["webhook-id"]
    assert row(andina).sequence == 4


def test_a_batch_that_is_refused_comes_again_with_the_same_id(andina):
    write(andina, "a")
    with receiver(status=503) as collector:
        begin(andina, collector.url)
        assert streaming.work() == 0
        stream = row(andina)
        assert (stream.sequence, stream.failures, stream.last_error) == (0, 1, "HTTP 503")
        assert stream.due_at > timezone.now()
        assert streaming.work() == 0  # not due yet
        collector.status = 204
        with tenant(andina.pk):
            AuditStream.objects.update(due_at=timezone.now())
        assert streaming.work() == 1

    assert len(collector.calls) == 2
    assert collector.calls[0].body == collector.calls[1].body
    assert collector.calls[0].headers["webhook-id"] == collector.calls[1].headers["webhook-id"]
    assert (row(andina).sequence, row(andina).failures) == (1, 0)


def test_a_redirect_is_no_success_and_is_not_followed(andina):
    write(andina, "a")
    with receiver(status=302, headers={"Location": "http://127.0.0.1:1/"}) as collector:
        begin(andina, collector.url)
        assert streaming.work() == 0

    assert row(andina).sequence == 0


def test_one_organizations_log_does_not_reach_anothers_collector(andina):
    norte = make_organization("norte")
    write(norte, "theirs")
    write(andina, "ours")
    with receiver() as collector:
        begin(andina, collector.url)
        streaming.work()

    assert labels(collector.calls[0]) == ["ours"]


@pytest.mark.parametrize(
    "url", ["http://example.org/x", "https://10.0.0.1/", "https://[::1]/", "https://user:x@example.org/", ""]
)
def test_an_address_that_we_may_not_call_is_refused(andina, settings, url):
    settings.OUTBOUND_LOOPBACK = False
    with pytest.raises(services.StreamError):
        begin(andina, url)


def fresh(client, user):
    client.force_login(user)
    session = client.session
    session[FRESH_AT] = int(time.time())
    session.save()


def test_an_admin_begins_stops_and_resumes_on_a_page_that_shows_the_secret_once(client, andina):
    fresh(client, make_member(andina, "marta@andina.example", role="admin"))
    with receiver() as collector:
        shown = client.post("/orgs/andina/audit/keeping/stream/", {"url": collector.url}).content.decode()
    with tenant(andina.pk):
        secret = AuditStream.objects.get().secret
    assert secret in shown
    page = client.get("/orgs/andina/audit/keeping/").content.decode()
    assert secret not in page
    client.post("/orgs/andina/audit/keeping/stream/switch/", {"on": "0"})
    assert row(andina).is_on is False
    client.post("/orgs/andina/audit/keeping/stream/switch/", {"on": "1"})
    assert row(andina).is_on is True


def test_retention_is_set_in_a_form_audited_and_never_below_a_year(client, andina):
    fresh(client, make_member(andina, "marta@andina.example", role="admin"))
    assert client.post("/orgs/andina/audit/keeping/retention/", {"days": "365"}).status_code == 302
    assert client.post("/orgs/andina/audit/keeping/retention/", {"days": "90"}).status_code == 422

    with tenant(andina.pk):
        assert AuditRetention.objects.get().days == 365
        (told,) = AuditEvent.objects.filter(action="audit.retention")
    assert told.changes == {"days": [None, 365]}


def test_who_has_not_just_shown_who_they_are_sees_no_settings(client, andina):
    client.force_login(make_member(andina, "marta@andina.example", role="admin"))
    session = client.session
    session[FRESH_AT] = int(time.time()) - 601
    session.save()

    assert "collector" not in client.get("/orgs/andina/audit/keeping/").content.decode()


def test_dates_and_an_address_narrow_the_page(client, andina):
    fresh(client, make_member(andina, "marta@andina.example", role="admin"))
    write(andina, "needle")

    today = timezone.now().date().isoformat()
    assert "needle" in client.get(f"/orgs/andina/audit/?since={today}&until={today}").content.decode()
    assert "needle" not in client.get("/orgs/andina/audit/?until=2020-01-01").content.decode()
    assert "needle" not in client.get("/orgs/andina/audit/?ip=203.0.113.9").content.decode()
    assert "needle" in client.get("/orgs/andina/audit/?ip=nonsense&since=32-13-1").content.decode()
