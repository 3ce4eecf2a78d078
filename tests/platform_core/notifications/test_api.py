"""Notifications through REST."""

import pytest

from tests.factories.keys import bearer, make_key
from tests.factories.organizations import make_member, make_organization

PARKED = "platform_core.job.parked"


@pytest.fixture
def told(andina, marta, job_of, happen, box):
    for title in ("First", "Second", "Third"):
        happen(andina, "job.parked", job_id=job_of(marta, title).pk)
    return box(marta)


@pytest.fixture
def api(client, marta):
    client.force_login(marta)
    return client


def test_the_list_goes_from_the_newest_page_by_page(api, told):
    first = api.get("/api/v1/me/notifications/?limit=2").json()
    assert [one["title"] for one in first["results"]] == ["“Third” needs attention", "“Second” needs attention"]
    assert (first["results"][0]["organization"], first["results"][0]["read_at"]) == ("andina", None)

    second = api.get(first["next"]).json()
    assert ([one["id"] for one in second["results"]], second["next"]) == ([str(told[0].pk)], None)


def test_one_is_marked_read_and_unread_again(api, told, box, marta):
    path = f"/api/v1/me/notifications/{told[1].pk}/"

    assert api.patch(path, {"is_read": True}, "application/json").json()["read_at"] is not None
    assert len(api.get("/api/v1/me/notifications/?unread=true").json()["results"]) == 2
    assert api.patch(path, {"is_read": False}, "application/json").json()["read_at"] is None


def test_all_are_marked_read_once(api, told):
    assert api.post("/api/v1/me/notifications/read/").json() == {"read": 3}
    assert api.post("/api/v1/me/notifications/read/").json() == {"read": 0}


def test_a_stranger_gets_404_and_changes_nothing(client, told, box, marta):
    client.force_login(make_member(make_organization("norte"), "nora@norte.example"))

    answer = client.patch(f"/api/v1/me/notifications/{told[0].pk}/", {"is_read": True}, "application/json")

    assert answer.status_code == 404
    assert client.get("/api/v1/me/notifications/").json() == {"results": [], "next": None}
    assert box(marta)[0].read_at is None


def test_a_key_has_no_notifications(client, andina, told):
    _key, secret = make_key(andina)

    answer = client.get("/api/v1/me/notifications/", headers=bearer(secret))

    assert (answer.status_code, answer.json()["code"]) == (403, "person_required")


def test_preferences_change_by_what_is_named(api):
    change = {"digest": "daily", "kinds": [{"kind": PARKED, "channel": "mail", "is_on": False}]}

    found = api.patch("/api/v1/me/notification-preferences/", change, "application/json").json()

    assert (found["digest"], found["digest_hour"]) == ("daily", 8)
    assert [one["is_on"] for one in found["kinds"] if one["kind"] == PARKED] == [True, False]
    assert api.get("/api/v1/me/notification-preferences/").json() == found


def test_what_is_mandatory_is_refused_and_nothing_is_kept(api):
    change = {
        "digest": "weekly",
        "kinds": [
            {"kind": PARKED, "channel": "mail", "is_on": False},
            {"kind": "platform_core.key.created", "channel": "inbox", "is_on": False},
        ],
    }

    answer = api.patch("/api/v1/me/notification-preferences/", change, "application/json")

    assert (answer.status_code, answer.json()["code"]) == (422, "preference_refused")
    found = api.get("/api/v1/me/notification-preferences/").json()
    assert (found["digest"], all(one["is_on"] for one in found["kinds"])) == ("off", True)
