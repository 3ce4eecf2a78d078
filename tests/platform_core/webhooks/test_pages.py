"""Webhooks as people and programs set them up: pages and REST."""

import pytest
from django.test import Client

from platform_core.access.freshness import FRESH_AT
from platform_core.kits.tenancy.scope import tenant
from platform_core.webhooks.models import WebhookEndpoint, WebhookEvent, WebhookSource
from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization
from tests.factories.receivers import make_endpoint, make_source

PAGES, API = "/orgs/andina/webhooks/", "/api/v1/orgs/andina/webhooks/"


@pytest.fixture
def admin(andina):
    client = Client()
    client.force_login(make_member(andina, "admin@andina.example", "admin"))
    return client


@pytest.fixture
def program(andina):
    _key, secret = make_key(andina)

    def call(method, path="", data=None, **headers):
        options = {"content_type": "application/json"} if data is not None else {}
        sent = {**bearer(secret), **headers}
        return getattr(Client(), method)(f"{API}{path}", data, headers=sent, **options)

    return call


def endpoints(andina):
    with tenant(andina.pk):
        return list(WebhookEndpoint.objects.all())


def secret_of(endpoint):
    with tenant(endpoint.organization_id):
        return endpoint.secret


def test_an_admin_makes_an_endpoint_and_reads_its_secret_and_how_to_check_it(admin, andina, peer):
    fields = {"url": peer.url, "description": "Archive", "event_types": ["docuai.", "key.created"]}
    answer = admin.post(f"{PAGES}new/", fields)

    (made,) = endpoints(andina)
    assert answer.status_code == 201
    assert answer["Cache-Control"].startswith("max-age=0") or "no-store" in answer["Cache-Control"]
    page = answer.content.decode()
    assert secret_of(made) in page.replace("&#x27;", "'").replace("&#43;", "+")
    assert "from standardwebhooks import Webhook" in page
    assert (made.url, made.event_types) == (peer.url, ["docuai.", "key.created"])
    assert "Archive" in admin.get(PAGES).content.decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"url": "http://example.com/", "event_types": ["*"]}, "Use an address that begins with https://."),
        ({"url": "https://10.0.0.1/", "event_types": ["*"]}, "private or reserved network"),
        ({"url": "not an address", "event_types": ["*"]}, "This is no address."),
        ({"url": "", "event_types": ["*"]}, "This field is required."),
        ({"url": "https://example.com/", "event_types": []}, "Choose at least one type of event."),
        ({"url": "https://example.com/", "event_types": ["nothing.like.it"]}, "Select a valid choice."),
        ({"url": "https://example.com/", "event_types": ["*"], "description": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field_and_nothing_is_stored(admin, andina, fields, said):
    answer = admin.post(f"{PAGES}new/", fields)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert fields["url"] in answer.content.decode()
    assert endpoints(andina) == []


def test_secrets_ask_again_who_it_is(admin, andina, endpoint):
    session = admin.session
    del session[FRESH_AT]
    session.save()

    for path in ("new/", f"{endpoint.pk}/secret/"):
        answer = admin.post(f"{PAGES}{path}", {"url": "https://example.com/", "event_types": "*", "rotate": "1"})
        assert secret_of(endpoint) not in answer.content.decode()
        assert answer.status_code in (200, 302, 403)
    assert [one.sealed_former for one in endpoints(andina)] == [None]


def test_a_test_shows_its_result_in_the_same_answer(admin, endpoint, peer):
    peer.status, peer.body = 503, b"<b>down</b>"
    page = admin.post(f"{PAGES}{endpoint.pk}/test/").content.decode()

    assert "The test did not get through." in page
    assert "503 Service Unavailable" in page
    assert "&lt;b&gt;down&lt;/b&gt;" in page
    assert "webhook-signature" in page


def test_the_page_lists_events_and_the_drawer_shows_what_was_said(admin, endpoint, peer, happen, work, read):
    peer.status, peer.body = 500, b"<script>alert(1)</script>"
    happen("key.created")
    work()

    page = admin.get(f"{PAGES}{endpoint.pk}/").content.decode()
    event = read.event()
    headers = {"HX-Request": "true", "HX-Target": "div#drawer"}
    drawer = admin.get(f"{PAGES}{endpoint.pk}/events/{event.pk}/", headers=headers).content.decode()
    whole = admin.get(f"{PAGES}{endpoint.pk}/events/{event.pk}/").content.decode()
    assert "An API key was made" in page
    assert "Nothing has got through since" in page
    for shown in (drawer, whole):
        assert event.message_id in shown
        assert "<script>alert" not in shown
        assert "<c-" not in shown
    assert "<html" not in drawer
    assert admin.get(f"{PAGES}{endpoint.pk}/?state=delivered").status_code == 200


def test_off_and_on_and_failed_ones_again(admin, andina, endpoint, peer, happen, work, read):
    admin.post(f"{PAGES}{endpoint.pk}/switch/", {"to": "off"})
    happen()
    assert "Switched off by a member" in admin.get(f"{PAGES}{endpoint.pk}/").content.decode()
    answer = admin.post(f"{PAGES}{endpoint.pk}/replay/", {"hours": "24"}, follow=True)
    assert "The endpoint is off." in answer.content.decode()
    admin.post(f"{PAGES}{endpoint.pk}/switch/", {"to": "on"})
    answer = admin.post(f"{PAGES}{endpoint.pk}/replay/", {"hours": "24"}, follow=True)
    work()

    assert "1 event is sent again." in answer.content.decode()
    assert (read.event().state, len(peer.calls)) == ("delivered", 1)
    answer = admin.post(f"{PAGES}{endpoint.pk}/events/{read.event().pk}/replay/", follow=True)
    work()
    assert "sent again, under the same id" in answer.content.decode()
    assert len(peer.calls) == 2


def test_change_rotate_and_delete(admin, andina, endpoint, peer):
    before = secret_of(endpoint)
    fields = {"url": peer.url + "/2", "description": "New", "event_types": ["key.created"]}
    admin.post(f"{PAGES}{endpoint.pk}/change/", fields)
    page = admin.post(f"{PAGES}{endpoint.pk}/secret/", {"rotate": "1"}).content.decode()
    (changed,) = endpoints(andina)
    assert (changed.url, changed.description, changed.event_types) == (peer.url + "/2", "New", ["key.created"])
    assert secret_of(changed) != before
    assert "the former secret counts too" in page

    admin.post(f"{PAGES}{endpoint.pk}/delete/")
    assert endpoints(andina) == []


def test_a_source_from_form_to_deletion(admin, andina):
    assert admin.post(f"{PAGES}sources/new/", {"name": "", "secret": ""}).status_code == 422
    wrong = admin.post(f"{PAGES}sources/new/", {"name": "P", "secret": "whsec_short"})
    assert "This is no signing secret." in wrong.content.decode()
    page = admin.post(f"{PAGES}sources/new/", {"name": "Payroll"}).content.decode()
    with tenant(andina.pk):
        source = WebhookSource.objects.get()
    assert f"/hooks/in/{source.pk}/" in page
    assert "Nothing has come in yet." in admin.get(f"{PAGES}sources/{source.pk}/").content.decode()
    admin.post(f"{PAGES}sources/{source.pk}/switch/", {"to": "off"})
    assert "Closed" in admin.get(f"{PAGES}sources/{source.pk}/").content.decode()
    admin.post(f"{PAGES}sources/{source.pk}/delete/")
    with tenant(andina.pk):
        assert not WebhookSource.objects.exists()


def test_an_editor_sees_none_of_it(andina, endpoint):
    client = Client()
    client.force_login(make_member(andina, "editor@andina.example", "editor"))

    assert {client.get(path).status_code for path in (PAGES, f"{PAGES}{endpoint.pk}/", f"{PAGES}new/")} == {403}


def test_the_api_does_what_the_pages_do(program, andina, peer, happen, work):
    asked = {"url": peer.url, "event_types": ["key.created"], "description": "Archive"}
    made = program("post", data=asked, **{"Idempotency-Key": "one"})
    again = program("post", data=asked, **{"Idempotency-Key": "one"})
    assert (made.status_code, made.json()["secret"][:6], again.json()["secret"]) == (201, "whsec_", None)
    one = f"{made.json()['id']}/"
    happen("key.created")
    happen("docuai.run.started")
    work()

    (event,) = program("get", f"{one}events/").json()["results"]
    (attempt,) = program("get", f"{one}attempts/").json()["results"]
    assert (event["state"], event["type"], attempt["status_code"]) == ("delivered", "key.created", 200)
    assert attempt["request_body"] == peer.calls[0].body.decode()
    assert program("post", f"{one}test/", {}).json()["response_body"] == "thanks"
    assert program("post", f"{one}events/{event['id']}/replay/", {}).status_code == 202
    assert program("patch", one, {"event_types": ["*"]}).json()["event_types"] == ["*"]
    assert program("post", f"{one}rotate/", {}).json()["former_until"] is not None
    assert program("get", f"{one}secret/").json()["secret"] != made.json()["secret"]
    assert program("post", f"{one}disable/", {}).json()["disabled_reason"] == "member"
    window = {"since": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"}
    refused = program("post", f"{one}replay/", window)
    assert (refused.status_code, refused.json()["code"]) == (409, "webhook_state")
    assert program("post", f"{one}enable/", {}).json()["state"] == "active"
    assert program("post", f"{one}replay/", window).json() == {"replayed": 1}
    assert program("delete", one).status_code == 204
    assert program("get", one).status_code == 404


def test_the_api_refuses_with_the_reason(program, andina):
    refused = program("post", data={"url": "https://127.0.0.1@example.com/", "event_types": ["*"]})
    unknown = program("post", data={"url": "https://example.com/", "event_types": ["nothing"]})

    assert (refused.status_code, refused.json()["code"]) == (422, "webhook_refused")
    assert "before the @" in refused.json()["detail"]
    assert unknown.json()["detail"] == "There is no event type nothing."
    assert endpoints(andina) == []


def test_the_api_lists_what_can_be_subscribed_to(program):
    types = {one["name"]: one for one in program("get", "event-types/").json()}

    assert types["docuai.run.finished"]["example"] == {
        "job_id": types["docuai.run.finished"]["example"]["job_id"],
        "state": "partial",
        "done": 1197,
        "failed": 3,
    }
    assert types["docuai.run.finished"]["product"] == "docuai."
    assert "webhook.disabled" not in types


def test_sources_by_the_api(program, andina):
    made = program("post", "sources/", {"name": "Payroll"}).json()
    one = f"sources/{made['id']}/"

    assert made["url"].endswith(f"/hooks/in/{made['id']}/")
    assert program("get", f"{one}secret/").json()["secret"] == made["secret"]
    assert program("get", f"{one}received/").json()["results"] == []
    assert program("patch", one, {"is_open": False}).json()["is_open"] is False
    assert program("post", f"{one}rotate/", {}).json()["secret"] != made["secret"]
    assert program("delete", one).status_code == 204


def test_there_is_a_limit_of_endpoints_and_of_sources(program, andina):
    for number in range(20):
        make_endpoint(andina, f"https://example.com/{number}")
        make_source(andina, f"S{number}")

    for path, data in (("", {"url": "https://example.com/", "event_types": ["*"]}), ("sources/", {"name": "S"})):
        refused = program("post", path, data)
        assert (refused.status_code, "already" in refused.json()["detail"]) == (422, True)


def test_another_organization_finds_nothing(andina, endpoint, happen, work, read):
    happen()
    work()
    norte = make_organization("norte")
    client = Client()
    client.force_login(make_member(norte, "owner@norte.example"))
    event = read.event()
    paths = [f"{endpoint.pk}/", f"{endpoint.pk}/events/{event.pk}/"]

    assert {client.get(f"/orgs/norte/webhooks/{path}").status_code for path in paths} == {404}
    assert {client.get(f"/api/v1/orgs/norte/webhooks/{path}").status_code for path in paths} == {404}
    with tenant(norte.pk):
        assert not WebhookEvent.objects.exists()
