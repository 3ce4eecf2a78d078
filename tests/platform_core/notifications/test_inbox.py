"""The inbox, the bell and the preferences as pages."""

import pytest

from platform_core.notifications.models import NotificationPreference, NotificationSchedule
from tests.factories.organizations import make_member, make_organization


@pytest.fixture
def told(andina, marta, job_of, happen, box):
    """Three unread notifications of Marta's."""
    for title in ("First", "Second", "Third"):
        happen(andina, "job.parked", job_id=job_of(marta, title).pk)
    return box(marta)


@pytest.fixture
def page(client, marta):
    client.force_login(marta)
    client.get("/me/inbox/bell/")  # the first request of a session writes down where it came from
    return client


def test_the_inbox_shows_the_newest_first(page, told):
    content = page.get("/me/inbox/").content.decode()

    places = [content.index(f"“{title}” needs attention") for title in ("Third", "Second", "First")]
    assert places == sorted(places)
    assert "3 unread notifications" in content


def test_an_empty_inbox_says_what_will_stand_there(page):
    assert "Nothing to tell yet" in page.get("/me/inbox/").content.decode()


def test_reading_one_can_be_undone(page, told, box, marta):
    page.post("/me/inbox/read/", {"id": str(told[0].pk)})
    assert [one.read_at is None for one in box(marta)] == [False, True, True]
    assert (
        "First" not in page.get("/me/inbox/?show=unread").content.decode().split("page-head")[1].split("<form", 9)[-1]
    )

    page.post("/me/inbox/unread/", {"id": str(told[0].pk)})
    assert [one.read_at is None for one in box(marta)] == [True, True, True]


def test_reading_all_is_undone_for_exactly_those(page, told, box, marta):
    page.post("/me/inbox/read/", {"id": str(told[0].pk)})
    page.post("/me/inbox/read/")
    at = box(marta)[1].read_at

    page.post(f"/me/inbox/unread/?at={at.isoformat().replace('+', '%2B')}")

    assert [one.read_at is None for one in box(marta)] == [False, True, True]


def test_opening_marks_read_and_leads_on(page, told, box, marta):
    answer = page.post(f"/me/inbox/{told[0].pk}/open/")

    assert (answer.status_code, answer["Location"]) == (302, f"/orgs/andina/jobs/{told[0].facts['job_id']}/")
    assert box(marta)[0].read_at is not None


def test_a_stranger_changes_and_opens_nothing(client, told, box, marta):
    client.force_login(make_member(make_organization("norte"), "nora@norte.example"))

    assert client.post(f"/me/inbox/{told[0].pk}/open/").status_code == 404
    client.post("/me/inbox/read/", {"id": str(told[0].pk)})
    client.post("/me/inbox/read/")

    assert [one.read_at for one in box(marta)] == [None, None, None]
    assert "First" not in client.get("/me/inbox/").content.decode()


def test_a_colleague_of_the_same_organization_sees_nothing_of_it(client, told, ana):
    client.force_login(ana)

    assert "needs attention" not in client.get("/me/inbox/").content.decode()


def test_the_bell_counts_and_answers_not_modified(page, told, django_assert_max_num_queries):
    first = page.get("/me/inbox/bell/")
    assert "3 unread notifications" in first.content.decode()

    with django_assert_max_num_queries(4):  # session, person, the count
        again = page.get("/me/inbox/bell/", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    page.post("/me/inbox/read/")
    assert page.get("/me/inbox/bell/", headers={"if-none-match": first["ETag"]}).status_code == 200


def test_the_inbox_costs_the_same_for_three_and_for_thirty(
    page, told, andina, marta, job_of, happen, django_assert_max_num_queries
):
    for number in range(27):
        happen(andina, "job.parked", job_id=job_of(marta, f"Job {number}").pk)

    with django_assert_max_num_queries(10):
        page.get("/me/inbox/")


def test_preferences_are_kept_and_what_is_mandatory_stays_on(page, marta):
    answer = page.post(
        "/me/inbox/preferences/",
        {
            "on": ["platform_core.job.parked:inbox"],
            "digest": "daily",
            "digest_hour": "7",
            "quiet_from": "22:00",
            "quiet_until": "07:00",
        },
    )

    assert answer.status_code == 302
    kept = NotificationPreference.objects.filter(user=marta)
    assert kept.get(kind="platform_core.job.parked", channel="inbox").is_on is True
    assert kept.get(kind="platform_core.job.parked", channel="mail").is_on is False
    assert not kept.filter(kind="platform_core.member.removed").exists()
    schedule = NotificationSchedule.objects.get(user=marta)
    assert (schedule.digest, schedule.digest_hour, str(schedule.quiet_from)) == ("daily", 7, "22:00:00")


def test_half_of_the_quiet_hours_is_refused_and_nothing_is_kept(page, marta):
    answer = page.post("/me/inbox/preferences/", {"digest": "off", "digest_hour": "8", "quiet_from": "22:00"})

    assert answer.status_code == 422
    assert "Quiet hours need both a beginning and an end." in answer.content.decode()
    assert not NotificationSchedule.objects.exists()
    assert not NotificationPreference.objects.exists()
