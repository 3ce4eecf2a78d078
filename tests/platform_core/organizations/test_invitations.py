"""The life of an invitation: sent, sent again, withdrawn, expired, taken up by the right person, once."""

import datetime
import re

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.mail.models import OutgoingMail
from platform_core.organizations.models import Invitation, Membership, PlanLimit
from tests.platform_core.organizations.conftest import make_account

pytestmark = pytest.mark.django_db
INVITE = "/orgs/andina/members/invite/"
ANA = "ana@new.example"


def invite(cast, actor=None, *, emails=ANA, role="editor"):
    return cast.client(actor or cast.admin).post(INVITE, {"emails": emails, "role": role})


def inside(cast):
    return tenant(cast.andina.pk)


def mails(cast):
    with unscoped(), inside(cast):
        return list(OutgoingMail.objects.order_by("created_at", "id"))


def invitations(cast):
    with unscoped(), inside(cast):
        return list(Invitation.objects.order_by("email"))


def link(cast, number=-1):
    return re.search(r"/invitations/[\w-]+/", mails(cast)[number].text_body)[0]


def signed_in(email=ANA, **account):
    client = Client()
    client.force_login(make_account(email, **account))
    return client


def test_an_invitation_is_mailed_and_only_its_hash_is_kept(cast):
    assert invite(cast)["Location"] == "/orgs/andina/members/"

    (invitation,), (mail,) = invitations(cast), mails(cast)
    token = link(cast).split("/")[2]
    assert (mail.to_address, mail.kind, mail.subject) == (ANA, "invitation", "admin invites you to Andina")
    assert (invitation.email, invitation.role) == (ANA, "editor")
    assert len(token) == 43
    assert token not in invitation.token_hash
    assert token in mail.html_body


def test_the_invited_person_joins_with_the_role_and_the_link_is_used_up(cast):
    invite(cast)
    path, client = link(cast), signed_in()

    assert "Join Andina" in client.get(path).content.decode()
    assert client.post(path)["Location"] == "/?in=andina"
    assert cast.roles()["ana"] == "editor"
    again = client.get(path)
    assert again.status_code == 410
    assert "used already" in again.content.decode()


def test_another_account_cannot_use_the_link(cast):
    invite(cast)
    client = signed_in("eve@evil.example")
    before = cast.roles()

    assert "has not confirmed this address" in client.get(link(cast)).content.decode()
    refused = client.post(link(cast))
    assert refused.status_code == 422
    assert f"This invitation is for {ANA}" in refused.content.decode()
    assert cast.roles() == before


def test_an_address_that_was_never_confirmed_is_not_enough(cast):
    invite(cast)
    before = cast.roles()
    assert signed_in(verified=False).post(link(cast)).status_code == 422
    assert cast.roles() == before


def test_case_and_full_width_letters_are_one_address(cast):
    invite(cast, emails="ＡＮＡ@New.Example")
    assert invitations(cast)[0].email == ANA
    assert signed_in("ANA@NEW.EXAMPLE").post(link(cast)).status_code == 302


def test_a_second_invitation_sends_a_new_link_and_kills_the_old(cast):
    invite(cast)
    old = link(cast)
    invite(cast, emails="Ana@NEW.example", role="viewer")

    assert len(invitations(cast)) == 1
    assert len(mails(cast)) == 2
    client = signed_in()
    assert client.get(old).status_code == 404
    assert client.post(link(cast)).status_code == 302
    assert cast.roles()["ana"] == "viewer"


def test_sending_again_renews_the_link(cast):
    invite(cast)
    old, invitation = link(cast), invitations(cast)[0]

    cast.client(cast.owner).post(f"/orgs/andina/invitations/{invitation.pk}/resend/")

    assert link(cast) != old
    assert signed_in().get(old).status_code == 404


def test_a_member_is_not_invited(cast):
    response = invite(cast, emails="EDITOR@andina.example")

    assert response.status_code == 422
    assert "editor@andina.example is a member already." in response.content.decode()
    assert mails(cast) == []


def test_a_withdrawn_invitation_says_so(cast):
    invite(cast)
    path = f"/orgs/andina/invitations/{invitations(cast)[0].pk}/revoke/"
    cast.client(cast.admin).post(path)
    cast.client(cast.admin).post(path)

    response = signed_in().post(link(cast))
    assert response.status_code == 410
    assert "was withdrawn" in response.content.decode()
    assert "ana" not in cast.roles()
    with unscoped(), inside(cast):
        assert AuditEvent.objects.filter(action="invitation.revoke").count() == 1


def test_after_seven_days_it_has_expired(cast):
    invite(cast)
    client = signed_in()
    with time_machine.travel(timezone.now() + datetime.timedelta(days=7, minutes=1)):
        response = client.post(link(cast))
    assert response.status_code == 410
    assert "has expired" in response.content.decode()
    assert "ana" not in cast.roles()


def test_a_link_that_never_was_is_not_found(cast):
    response = signed_in().get("/invitations/abc/")
    assert response.status_code == 404
    assert "This link is not valid" in response.content.decode()


def test_somebody_signed_out_is_asked_to_sign_in_and_comes_back(cast):
    invite(cast)
    path, client = link(cast), Client()
    make_account(ANA)

    page = client.get(path).content.decode()
    assert f"/accounts/login/?next={path}" in page
    assert f"/accounts/signup/?next={path}" in page
    response = client.post("/accounts/login/", {"login": ANA, "password": "a-long-password"})
    assert response["Location"] == path


def test_somebody_without_an_account_signs_up_without_a_second_mail_and_comes_back(cast):
    invite(cast)
    path, client = link(cast), Client()
    client.get(path)

    response = client.post(
        "/accounts/signup/", {"name": "Ana Quispe", "email": ANA, "password1": "a-long-new-password"}
    )

    assert response["Location"] == path
    assert client.post(path)["Location"] == "/?in=andina"
    assert cast.roles()["Ana Quispe"] == "editor"


def test_posting_signed_out_changes_nothing(cast):
    invite(cast)
    before = cast.roles()
    assert Client().post(link(cast)).status_code == 200
    assert cast.roles() == before


def test_many_are_invited_at_once(cast):
    invite(cast, emails="a@x.example, Bea <b@x.example>;\nc@x.example a@x.example")
    assert [i.email for i in invitations(cast)] == ["a@x.example", "b@x.example", "c@x.example"]


@pytest.mark.parametrize(
    "emails", ["", "ana@", "a@x.example b@@x.example", ",".join(f"a{n}@x.example" for n in range(51))]
)
def test_bad_addresses_send_nothing_and_keep_what_was_typed(cast, emails):
    response = invite(cast, emails=emails)

    assert response.status_code == 422
    assert emails[:20] in response.content.decode()
    assert mails(cast) == []


def test_nobody_gives_a_role_above_their_own(cast):
    assert invite(cast, cast.admin, role="owner").status_code == 422
    assert invitations(cast) == []


@pytest.mark.parametrize(("who", "status"), [("editor", 403), ("viewer", 403), ("outsider", 404)])
def test_who_may_not_invite(cast, who, status):
    assert invite(cast, getattr(cast, who)).status_code == status
    assert invitations(cast) == []


def test_the_plan_counts_members_and_open_invitations(cast):
    with unscoped(), inside(cast):
        PlanLimit.objects.create(organization=cast.andina, name="members", value=5)

    response = invite(cast, emails="a@x.example b@x.example")

    assert response.status_code == 422
    assert "Members: 0 of 5 left, 1 needed." in response.content.decode()
    assert "1 invitation was sent." in response.content.decode()
    assert len(invitations(cast)) == 1


def test_accepting_counts_too(cast):
    invite(cast)
    with unscoped(), inside(cast):
        PlanLimit.objects.create(organization=cast.andina, name="members", value=4)

    assert signed_in().post(link(cast)).status_code == 422
    assert "ana" not in cast.roles()
    assert invitations(cast)[0].accepted_at is None


def test_one_address_is_not_written_to_without_end(cast):
    cache.clear()
    for _ in range(5):
        invite(cast)
    response = invite(cast)
    assert response.status_code == 422
    assert "Too many invitations" in response.content.decode()
    assert len(mails(cast)) == 5


def test_the_mail_speaks_the_language_of_the_organization(cast):
    cast.andina.default_language = "es"
    cast.andina.save()
    invite(cast)
    assert '<html lang="es">' in mails(cast)[0].html_body


def test_a_person_who_belongs_already_is_told(cast):
    invite(cast)
    client = signed_in()
    with unscoped(), inside(cast):
        user = client.session["_auth_user_id"]
        Membership.objects.create(organization=cast.andina, user_id=user, role="viewer")
    assert "You belong to Andina already." in client.post(link(cast)).content.decode()
    assert cast.roles()["ana"] == "viewer"
