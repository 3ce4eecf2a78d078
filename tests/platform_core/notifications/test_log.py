"""The delivery log of an organization, and mails that must not go any more."""

from datetime import time

import pytest

from platform_core.kits.tenancy.scope import tenant
from platform_core.mail.models import OutgoingMail
from platform_core.notifications.models import NotificationSchedule
from platform_core.organizations.models import Membership
from tests.factories.factors import sign_in_verified
from tests.factories.organizations import make_member, make_organization

ADDRESS = "/orgs/andina/notifications/"
API = "/api/v1/orgs/andina/notifications/"


def states(deliveries, organization):
    return [(one.state, one.reason) for one in deliveries(organization)]


def leave(organization, user):
    with tenant(organization.pk):
        Membership.objects.filter(user=user).delete()


def test_a_waiting_mail_to_somebody_who_has_left_is_not_sent(andina, ana, job_of, happen, deliver, mails, deliveries):
    happen(andina, "job.parked", job_id=job_of(ana).pk)
    leave(andina, ana)

    assert deliver() == 0

    assert mails(andina) == []
    assert states(deliveries, andina) == [("left_out", "left")]


def test_who_was_removed_is_still_told_that_they_were(andina, ana, happen, deliver, mails, deliveries):
    leave(andina, ana)
    happen(andina, "member.remove", user_id=ana.pk)

    assert deliver() == 1

    assert [mail.to_address for mail in mails(andina)] == [ana.email]
    assert states(deliveries, andina) == [("handed", "")]


def test_a_waiting_mail_to_a_closed_account_says_why_it_did_not_go(andina, ana, job_of, happen, deliver, deliveries):
    happen(andina, "job.parked", job_id=job_of(ana).pk)
    ana.is_active = False
    ana.save()

    assert deliver() == 0

    assert states(deliveries, andina) == [("left_out", "closed")]


@pytest.fixture
def told(andina, marta, ana, job_of, happen, deliver):
    """Marta's mail was sent, Ana's waits for the morning."""
    happen(andina, "job.parked", job_id=job_of(marta, "Secret title").pk)
    assert deliver() == 1
    with tenant(andina.pk):
        OutgoingMail.objects.update(state="sent")
    NotificationSchedule.objects.create(user=ana, digest="daily", quiet_from=time(20), quiet_until=time(7))
    happen(andina, "job.parked", job_id=job_of(ana, "Secret title").pk)


def test_administrators_see_states_and_reasons_but_no_texts(client, told, marta):
    client.force_login(marta)

    page = client.get(ADDRESS).content.decode()

    assert "marta@andina.example" in page
    assert "ana@andina.example" in page
    assert "Digest, goes" in page
    assert "Secret title" not in page


def test_the_log_is_narrowed_by_state_and_person(client, told, marta):
    client.force_login(marta)

    def shown(query):
        return [row.notification.user.email for row, _kind in client.get(ADDRESS, query).context["rows"]]

    assert shown({"state": "waiting"}) == ["ana@andina.example"]
    assert shown({"q": "MARTA"}) == ["marta@andina.example"]
    assert shown({"q": "nobody"}) == []
    assert shown({"state": "wrong"}) == ["ana@andina.example", "marta@andina.example"]


def test_the_api_lists_the_same_without_texts(client, told, marta):
    client.force_login(marta)

    first, second = client.get(API).json()["results"]

    assert (first["state"], first["held"], first["mail_state"]) == ("waiting", "digest", None)
    assert (second["state"], second["held"], second["mail_state"]) == ("handed", "", "sent")
    assert set(second) == {
        "id", "kind", "user_id", "channel", "state", "held", "reason", "due_at", "mail_state", "sent_at", "created_at",
        "sms_state", "sms_sent_at",
    }  # fmt: skip
    assert client.get(API, {"state": "gone"}).status_code == 422


def test_another_organization_and_other_members_do_not_see_it(client, told, ana):
    client.force_login(ana)
    assert client.get(ADDRESS).status_code == 403
    norte = make_organization("norte")
    client.force_login(make_member(norte, "nora@norte.example", "owner"))
    assert client.get(ADDRESS).status_code == 404
    assert client.get("/api/v1/orgs/norte/notifications/").json()["results"] == []


def test_staff_find_a_delivery_by_address(client, told, marta):
    marta.is_staff = True
    marta.save()
    sign_in_verified(client, marta)

    page = client.get("/admin/platform_core/notificationdelivery/?q=ana@andina.example")

    assert page.status_code == 200
    assert "Secret title" not in page.content.decode()
