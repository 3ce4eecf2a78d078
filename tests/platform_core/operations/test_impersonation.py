"""Staff act as a member for half an hour at most: seen by everybody, written down as theirs, with most doors closed."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from platform_core.access.freshness import FRESH_AT
from platform_core.accounts.models import User
from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.scope import tenant
from platform_core.mail.models import OutgoingMail
from platform_core.operations.models import Impersonation, SupportAccess
from platform_core.operations.selectors import SESSION_NAME
from platform_core.operations.services import allow_support
from platform_core.organizations.models import Membership
from tests.factories.factors import sign_in_verified
from tests.platform_core.operations.conftest import act_as

MEMBERS = "/orgs/andina/members/"


def rows(organization, model=Impersonation):
    with tenant(organization.pk):
        return list(model.objects.for_organization(organization).order_by("id"))


def events(organization, action):
    with tenant(organization.pk):
        return list(AuditEvent.objects.filter(action=action).order_by("at"))


def test_staff_are_the_member_with_a_bar_on_every_page_and_an_end(staff, andina, marta):
    begun = act_as(staff, andina, "marta@andina.example")
    page = staff.get(begun["Location"]).content.decode()

    assert begun.status_code == 302
    assert begun["Location"] == "/orgs/andina/settings/"
    assert "You act as" in page
    assert 'action="/acting/end/"' in page
    ended = staff.post("/acting/end/")
    assert ended["Location"] == "/admin/platform_core/impersonation/"
    assert staff.get(MEMBERS).status_code == 404
    assert [r.end for r in rows(andina)] == ["staff"]


def test_the_member_and_the_owners_are_told_by_mail_with_the_reason(staff, andina, marta, owner):
    act_as(staff, andina, "marta@andina.example")

    mails = rows(andina, OutgoingMail)
    assert sorted(mail.to_address for mail in mails) == ["diego@andina.example", "marta@andina.example"]
    assert all("ticket 4711" in mail.text_body for mail in mails)


def test_what_is_done_is_written_down_as_done_by_staff_in_the_members_place(staff, andina, marta, elena):
    act_as(staff, andina, "marta@andina.example")
    staff.get(MEMBERS)

    (seen,) = events(andina, "members.view")
    assert (seen.actor_kind, seen.actor_id, seen.as_person_id) == ("staff", elena.pk, marta.pk)
    (begun,) = events(andina, "staff.impersonation_start")
    assert (begun.actor_kind, begun.actor_id) == ("staff", elena.pk)
    assert begun.changes["reason"] == [None, "Her run stands still, ticket 4711"]


def test_nothing_can_be_changed_unless_it_was_asked_for(staff, andina, marta):
    act_as(staff, andina, "marta@andina.example")
    refused = staff.post("/orgs/andina/docuai/templates/new/", {"name": "X"})

    assert refused.status_code == 403
    assert "nothing can be changed" in refused.content.decode()
    assert [e.outcome for e in events(andina, "staff.impersonation_refused")] == ["denied"]


@pytest.mark.parametrize(
    "path",
    [
        "/me/security/",
        "/me/profile/",
        "/accounts/password/change/",
        "/accounts/email/",
        "/accounts/factor/enroll/",
        "/orgs/andina/keys/",
        "/orgs/andina/settings/sign-in/",
        "/orgs/andina/settings/support/",
        "/orgs/andina/audit/export/",
        "/orgs/andina/members/invite/",
        "/orgs/norte/members/",
        "/me/organizations/new/",
        "/api/v1/me/",
        "/admin/",
    ],
)
def test_everything_else_is_closed_even_to_who_may_change_things(staff, andina, norte, marta, path):
    with tenant(norte.pk):
        Membership.objects.create(organization=norte, user=marta, role="owner")
    act_as(staff, andina, "marta@andina.example", acts=True)

    assert staff.get(path).status_code in (403, 404)
    assert staff.post(path).status_code in (403, 404)


def test_a_key_cannot_be_made_in_the_members_place(staff, andina, marta):
    act_as(staff, andina, "marta@andina.example", acts=True)
    made = staff.post(
        "/api/v1/orgs/andina/keys/", {"name": "x", "scopes": ["docuai.run.view"]}, content_type="application/json"
    )

    assert made.status_code == 403
    assert made["Content-Type"] == "application/problem+json"


def test_it_ends_by_itself_on_the_server(staff, andina, marta):
    act_as(staff, andina, "marta@andina.example", minutes=5)
    with tenant(andina.pk):
        Impersonation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert staff.get(MEMBERS).status_code == 404
    assert SESSION_NAME not in staff.session


def test_a_write_that_comes_after_the_end_is_not_done_as_staff(staff, andina, marta):
    act_as(staff, andina, "marta@andina.example", acts=True)
    with tenant(andina.pk):
        Impersonation.objects.update(ended_at=timezone.now())

    late = staff.post("/language/", {"language": "es"})
    assert late.status_code == 403
    assert "is over" in late.content.decode()


def test_a_cookie_kept_from_before_the_end_opens_nothing(staff, client, andina, marta):
    act_as(staff, andina, "marta@andina.example")
    kept = staff.cookies[settings.SESSION_COOKIE_NAME].value
    staff.post("/acting/end/")
    staff.cookies[settings.SESSION_COOKIE_NAME] = kept

    assert staff.get(MEMBERS).status_code in (302, 404)


def test_a_session_cannot_name_somebody_elses_impersonation(staff, andina, marta):
    act_as(staff, andina, "marta@andina.example")
    other = type(staff)()
    omar = User.objects.create_user("omar@portfolio.example", "x", is_staff=True)
    sign_in_verified(other, omar)
    session = other.session
    session[SESSION_NAME] = str(rows(andina)[0].pk)
    session.save()

    assert other.get(MEMBERS).status_code == 404


def test_no_impersonation_begins_inside_another(staff, andina, marta, owner):
    act_as(staff, andina, "marta@andina.example", acts=True)
    nested = act_as(staff, andina, "diego@andina.example")

    assert nested.status_code == 403
    assert len(rows(andina)) == 1


def test_nobody_acts_as_staff(staff, andina, marta):
    User.objects.filter(pk=marta.pk).update(is_staff=True)

    assert act_as(staff, andina, "marta@andina.example").status_code == 422
    assert rows(andina) == []


def test_who_becomes_staff_meanwhile_is_left_at_once(staff, andina, marta):
    act_as(staff, andina, "marta@andina.example")
    User.objects.filter(pk=marta.pk).update(is_staff=True)

    assert staff.get(MEMBERS).status_code == 404


def test_who_loses_the_membership_or_the_staff_account_is_out_at_once(staff, andina, marta, elena):
    act_as(staff, andina, "marta@andina.example")
    User.objects.filter(pk=elena.pk).update(is_staff=False)

    assert staff.get(MEMBERS).status_code == 404


def test_an_organization_that_opted_out_is_not_entered_and_what_runs_ends(staff, client, andina, marta, owner):
    act_as(staff, andina, "marta@andina.example")
    with tenant(andina.pk):
        allow_support(actor=owner, organization=andina, allowed=False)

    assert staff.get(MEMBERS).status_code == 404
    assert [r.end for r in rows(andina)] == ["revoked"]
    again = act_as(staff, andina, "marta@andina.example")
    assert again.status_code == 422
    assert "does not let platform staff act" in again.content.decode()
    assert [e.changes for e in events(andina, "organization.support_access")] == [{"support_access": [True, False]}]


def test_an_admin_opts_out_on_a_page_that_lists_who_acted_as_whom(staff, client, andina, marta):
    act_as(staff, andina, "marta@andina.example")
    staff.post("/acting/end/")
    member = type(staff)()
    member.force_login(marta)
    session = member.session
    session[FRESH_AT] = int(timezone.now().timestamp())
    session.save()

    page = member.get("/orgs/andina/settings/support/").content.decode()
    assert "Elena Ruiz as" in page
    assert member.post("/orgs/andina/settings/support/", {"allowed": "no"}).status_code == 302
    assert [row.allowed for row in rows(andina, SupportAccess)] == [False]


def test_who_has_not_just_shown_who_they_are_is_asked_first(client, elena, andina, marta):
    sign_in_verified(client, elena)
    session = client.session
    session[FRESH_AT] = int(timezone.now().timestamp()) - 601
    session.save()
    asked = act_as(client, andina, "marta@andina.example")

    assert asked.status_code in (200, 302, 403)
    assert rows(andina) == []


@pytest.mark.parametrize("data", [{"reason": "short"}, {"minutes": 31}, {"email": "nobody@andina.example"}])
def test_a_request_without_reason_too_long_or_for_nobody_is_refused(staff, andina, marta, data):
    answer = act_as(staff, andina, data.pop("email", "marta@andina.example"), **data)

    assert answer.status_code == 422
    assert rows(andina) == []


def test_the_members_own_traces_stay_as_they_were(staff, andina, marta):
    before = rows(andina, Membership)[0].last_seen_at
    act_as(staff, andina, "marta@andina.example")
    staff.get(MEMBERS)

    assert [m.last_seen_at for m in rows(andina, Membership)] == [before]
    assert staff.session["_auth_user_id"] != str(marta.pk)
