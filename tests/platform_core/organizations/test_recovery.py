"""Recovery of an organization without a reachable owner: two admins or the domain, seven days, and one word that stops it."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from platform_core.access.freshness import FRESH_AT
from platform_core.accounts.models import User
from platform_core.audit.models import AuditEvent
from platform_core.events.models import OutboxEvent
from platform_core.kits.tenancy.scope import person, service, tenant, unscoped
from platform_core.mail.models import OutgoingMail
from platform_core.notifications.gathering import tell
from platform_core.notifications.models import Notification
from platform_core.organizations.models import Membership, OwnerRecovery
from platform_core.organizations.periodic import go_on_with_recoveries
from platform_core.organizations.reaching import domain_of
from tests.factories.factors import sign_in_verified
from tests.factories.organizations import make_member

PAGE = "/orgs/andina/recovery/"
REASON = "The only owner left in October and does not answer."
DAY = timedelta(days=1)


def fresh(client: Client) -> Client:
    session = client.session
    session[FRESH_AT] = int(timezone.now().timestamp())
    session.save()
    return client


@pytest.fixture
def gone(cast):
    """The owner was last here 40 days ago; there is a second admin."""
    with unscoped(), tenant(cast.andina.pk):
        Membership.objects.update(joined_at=timezone.now() - 90 * DAY)
        Membership.objects.filter(user=cast.owner).update(last_seen_at=timezone.now() - 40 * DAY)
        cast.second = make_member(cast.andina, "second@andina.example", "admin")
    return cast


def ask(cast, who=None, ground="admins", reason=REASON):
    return fresh(cast.client(who or cast.admin)).post(PAGE, {"ground": ground, "reason": reason})


def agree(cast, who):
    return fresh(cast.client(who)).post(f"{PAGE}agree/")


def row(cast):
    with unscoped(), tenant(cast.andina.pk):
        return OwnerRecovery.objects.order_by("-id").first()


def mails(cast):
    with unscoped(), tenant(cast.andina.pk):
        return list(OutgoingMail.objects.filter(kind="recovery").order_by("id"))


def actions(cast):
    with unscoped(), tenant(cast.andina.pk):
        return list(AuditEvent.objects.filter(action__startswith="recovery.").values_list("action", flat=True))


def later(cast, **fields):
    with unscoped(), tenant(cast.andina.pk):
        OwnerRecovery.objects.update(**fields)


def tick():
    with unscoped():
        return go_on_with_recoveries()


def link_of(mail):
    return re.search(r"/recovery/\S+/", mail.text_body)[0]


def test_two_admins_and_seven_days_make_an_owner(gone):
    assert ask(gone)["Location"] == PAGE
    assert (row(gone).state, [mail.subject for mail in mails(gone)]) == (
        "asked",
        ["Somebody asks to become owner of Andina"] * 3,
    )
    agree(gone, gone.second)
    found = row(gone)
    assert (found.state, found.agreed_by_id) == ("waiting", gone.second.pk)
    assert timedelta(days=6, hours=23) < found.waits_until - timezone.now() <= timedelta(days=7)

    later(gone, waits_until=timezone.now() - timedelta(seconds=1))
    tick()

    assert gone.roles() == {
        "owner": "owner",
        "admin": "owner",
        "editor": "editor",
        "viewer": "viewer",
        "second": "admin",
    }
    assert (row(gone).state, tick()) == ("done", 0)
    assert actions(gone) == ["recovery.ask", "recovery.agree", "recovery.done"]
    assert {mail.to_address for mail in mails(gone)} == {
        "owner@andina.example",
        "admin@andina.example",
        "second@andina.example",
    }


def test_nothing_happens_before_the_seven_days_are_over(gone):
    ask(gone)
    agree(gone, gone.second)

    later(gone, waits_until=timezone.now() + timedelta(hours=25))
    tick()
    assert len(mails(gone)) == 6
    later(gone, waits_until=timezone.now() + timedelta(hours=23))
    tick()
    tick()

    assert gone.roles()["admin"] == "admin"
    assert [mail.subject for mail in mails(gone)[6:]] == ["Tomorrow Andina gets a new owner"] * 3


def test_it_is_refused_while_an_owner_is_there(cast):
    answer = ask(cast)

    assert answer.status_code == 422
    assert "owner was here within 30 days and can be asked" in answer.content.decode()
    assert (row(cast), mails(cast)) == (None, [])


def test_a_closed_account_is_out_of_reach_however_lately_it_was_here(cast):
    User.objects.filter(pk=cast.owner.pk).update(is_active=False)
    with unscoped(), tenant(cast.andina.pk):
        make_member(cast.andina, "second@andina.example", "admin")

    assert ask(cast).status_code == 302


def test_one_click_of_the_mailed_link_stops_it_without_signing_in(gone):
    ask(gone)
    agree(gone, gone.second)
    (to_owner,) = [mail for mail in mails(gone)[3:] if mail.to_address == "owner@andina.example"]
    visitor = Client()

    looked = visitor.get(link_of(to_owner))
    assert (looked.status_code, row(gone).state) == (200, "waiting")  # a scanner that opens links stops nothing
    stopped = visitor.post(link_of(to_owner))

    assert (stopped.status_code, row(gone).state, row(gone).end) == (200, "stopped", "objection")
    assert row(gone).ended_by_id == gone.owner.pk
    assert visitor.post(link_of(to_owner)).status_code == 409
    later(gone, waits_until=timezone.now() - DAY)
    tick()
    assert gone.roles()["admin"] == "admin"


@pytest.mark.parametrize("token", ["x", "e30:1:x"])
def test_a_link_that_is_not_ours_opens_nothing(gone, token):
    ask(gone)
    assert Client().get(reverse("recovery-link", args=[token])).status_code == 404


def test_an_admin_objects_on_the_page_and_an_editor_cannot(gone):
    ask(gone)

    gone.client(gone.editor).post(f"{PAGE}stop/")
    assert row(gone).state == "asked"
    gone.client(gone.second).post(f"{PAGE}stop/")

    assert (row(gone).state, row(gone).end) == ("stopped", "objection")
    assert "stopped less than seven days ago" in ask(gone).content.decode()
    assert len(mails(gone)) == 6


def test_whoever_asked_may_withdraw(gone):
    ask(gone)

    gone.client(gone.admin).post(f"{PAGE}stop/")

    assert row(gone).end == "withdrawn"


def test_nobody_agrees_with_themselves(gone):
    ask(gone)

    agree(gone, gone.admin)
    assert agree(gone, gone.editor).status_code == 403

    assert row(gone).state == "asked"


def test_an_owner_who_is_seen_ends_it(gone):
    ask(gone)
    agree(gone, gone.second)
    gone.client(gone.owner).get("/orgs/andina/members/")

    tick()

    assert (row(gone).state, row(gone).end) == ("stopped", "owner_back")


def test_it_ends_when_the_second_admin_is_one_no_more(gone):
    ask(gone)
    agree(gone, gone.second)
    with unscoped(), tenant(gone.andina.pk):
        Membership.objects.filter(user=gone.second).update(role="viewer")
    later(gone, waits_until=timezone.now() - DAY)

    tick()

    assert (row(gone).end, gone.roles()["admin"]) == ("left", "admin")


def test_without_proof_it_ends_after_thirty_days(gone):
    ask(gone)
    later(gone, created_at=timezone.now() - 30 * DAY)

    tick()

    assert row(gone).end == "overdue"


def test_there_is_one_at_a_time(gone):
    ask(gone)

    answer = ask(gone, gone.second)

    assert "under way already" in answer.content.decode()
    with unscoped(), tenant(gone.andina.pk):
        assert OwnerRecovery.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"reason": "short"}, "Say in 10 to 300 characters"),
        ({"reason": "x" * 301}, "at most 300 characters"),
        ({"ground": "magic"}, "not one of the available choices"),
    ],
)
def test_what_is_wrong_with_a_request_is_said(gone, fields, said):
    answer = ask(gone, **fields)

    assert (answer.status_code, said in answer.content.decode(), row(gone)) == (422, True, None)


def test_asking_needs_a_fresh_proof_of_who_it_is(gone):
    client = gone.client(gone.admin)
    session = client.session
    session[FRESH_AT] = 0
    session.save()

    answer = client.post(PAGE, {"ground": "admins", "reason": REASON})

    assert (answer.status_code, row(gone)) == (403, None)


def test_the_domain_is_seen_by_two_of_staff(gone, client):
    assert ask(gone, gone.editor, ground="domain").status_code == 302
    found = row(gone)
    assert (found.domain, found.token.startswith("portfolio-recovery=")) == ("andina.example", True)
    url = reverse("admin:platform_core_ownerrecovery_changelist")
    chosen = {"action": "confirm", "_selected_action": [str(found.pk)]}
    staff = [User.objects.create_user(f"{name}@staff.example", "x", is_staff=True) for name in ("elena", "omar")]

    with unscoped():
        sign_in_verified(client, staff[0])
        fresh(client).post(url, chosen)
        fresh(client).post(url, chosen)
        assert (row(gone).state, row(gone).proved_by_id) == ("asked", staff[0].pk)
        sign_in_verified(client, staff[1])
        fresh(client).post(url, chosen)
    assert (row(gone).state, row(gone).confirmed_by_id) == ("waiting", staff[1].pk)
    later(gone, waits_until=timezone.now() - DAY)
    tick()

    assert gone.roles()["editor"] == "owner"
    assert actions(gone) == ["recovery.ask", "recovery.proof", "recovery.confirm", "recovery.done"]


def test_staff_can_stop_it(gone, client):
    ask(gone)
    staff = User.objects.create_user("elena@staff.example", "x", is_staff=True)
    with unscoped():
        sign_in_verified(client, staff)
        url = reverse("admin:platform_core_ownerrecovery_changelist")
        fresh(client).post(url, {"action": "stop", "_selected_action": [str(row(gone).pk)]})

    assert row(gone).end == "staff"


def test_a_public_mail_domain_proves_nothing(gone):
    User.objects.filter(pk=gone.owner.pk).update(email="owner@gmail.com")

    answer = ask(gone, gone.editor, ground="domain")

    assert "share no domain of a company" in answer.content.decode()
    with unscoped(), tenant(gone.andina.pk):
        assert domain_of(Membership.objects.select_related("user").filter(role="owner")) == ""


def test_an_editor_cannot_ask_on_the_word_of_admins_nor_a_lone_admin(gone):
    assert "Only admins can ask" in ask(gone, gone.editor).content.decode()
    with unscoped(), tenant(gone.andina.pk):
        Membership.objects.filter(user=gone.second).delete()

    assert "There is no second admin" in ask(gone).content.decode()


def test_admins_read_it_in_their_inbox(gone):
    ask(gone)
    with unscoped(), service("the test reads"):
        tell(list(OutboxEvent.objects.filter(type="organization.recovery")))

    with unscoped(), person(gone.second.pk):
        (note,) = Notification.objects.filter(user=gone.second)
        assert note.deliveries.count() == 0  # the mail with the link is the one
        assert (note.kind, note.facts) == ("platform_core.organization.recovery", {"state": "asked"})
    page = gone.client(gone.second).get("/me/inbox/").content.decode()
    assert "admin asks to become owner of Andina" in page


def test_the_same_by_the_api(gone):
    api = "/api/v1/orgs/andina/recovery/"
    admin, second = fresh(gone.client(gone.admin)), fresh(gone.client(gone.second))
    made = admin.post(api, {"ground": "admins", "reason": REASON}, content_type="application/json")
    assert (made.status_code, made.json()["state"]) == (201, "asked")
    assert admin.post(f"{api}agree/").status_code == 403

    agreed = second.post(f"{api}agree/")
    assert agreed.json()["state"] == "waiting"
    assert second.post(f"{api}stop/").json()["end"] == "objection"
    assert [one["state"] for one in admin.get(api).json()["results"]] == ["stopped"]
    assert second.post(f"{api}stop/").status_code == 404


def test_the_page_shows_what_is_to_do_to_each(gone):
    assert "Ask to become owner" in gone.client(gone.admin).get(PAGE).content.decode()
    ask(gone)

    assert "Agree: admin becomes owner" in gone.client(gone.second).get(PAGE).content.decode()
    assert "Withdraw" in gone.client(gone.admin).get(PAGE).content.decode()
    assert "Stop the recovery" not in gone.client(gone.viewer).get(PAGE).content.decode()
    gone.client(gone.owner).get(PAGE)  # who is here
    assert "Stop the recovery" in gone.client(gone.owner).get(PAGE).content.decode()
