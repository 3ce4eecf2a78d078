"""An invitation's link is tried again, by others, and after its end: it makes one member, the right one, or nobody.

Two at once for one invitation, and for the last seat, stand in ``tests/platform_core/organizations/test_races.py`` and
below with links that came from a list.
"""

import datetime

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from platform_core.audit.models import AuditEvent
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import CustomRole, Invitation, Membership, PlanLimit
from platform_core.permissions import MEMBER_VIEW
from tests.factories.organizations import make_member, make_organization
from tests.platform_core.organizations.conftest import Cast, make_account
from tests.platform_core.organizations.test_invitations import ANA, invite, link, signed_in
from tests.platform_core.organizations.test_races import at_once, browser, links

pytestmark = pytest.mark.django_db


@pytest.fixture
def andina(db):
    cache.clear()
    with unscoped():
        organization = make_organization("andina")
        people = [make_member(organization, f"{r}@andina.example", r) for r in ("owner", "admin", "editor", "viewer")]
        outsider = make_member(make_organization("norte"), "outsider@norte.example")
    return Cast(organization, *people, outsider)


def joined(cast):
    """Who belongs, and how often somebody joined."""
    with unscoped(), tenant(cast.andina.pk):
        return len(cast.roles()), AuditEvent.objects.filter(action="invitation.accept").count()


def test_a_used_link_does_nothing_a_second_time(andina):
    invite(andina)
    path, client = link(andina), signed_in()
    assert client.post(path).status_code == 302
    assert client.post(path).status_code == 410
    assert joined(andina) == (5, 1)


def test_a_used_link_lets_nobody_back_in_who_was_removed(andina):
    invite(andina)
    path, client = link(andina), signed_in()
    client.post(path)
    with unscoped(), tenant(andina.andina.pk):
        Membership.objects.get(user__email=ANA).delete()

    assert client.post(path).status_code == 410
    assert joined(andina) == (4, 1)


@pytest.mark.parametrize("who", ["eve@new.example", "ana@new.example.evil.example", "аna@new.example"])
def test_a_link_in_other_hands_opens_nothing(andina, who):
    invite(andina)
    assert signed_in(who).post(link(andina)).status_code == 422
    assert joined(andina) == (4, 0)


def test_an_address_that_is_claimed_but_not_proved_is_not_enough(andina):
    invite(andina)
    assert signed_in(verified=False).post(link(andina)).status_code == 422
    assert joined(andina) == (4, 0)


def test_a_member_of_another_organization_gains_nothing_by_the_link(andina):
    invite(andina)
    assert andina.client(andina.outsider).post(link(andina)).status_code == 422
    assert joined(andina) == (4, 0)


def test_after_revocation_it_is_dead(andina):
    invite(andina)
    path, client = link(andina), signed_in()
    with unscoped(), tenant(andina.andina.pk):
        invitation = Invitation.objects.get()
    andina.client(andina.admin).post(f"/orgs/andina/invitations/{invitation.pk}/revoke/")
    assert client.post(path).status_code == 410
    assert joined(andina) == (4, 0)


def test_after_expiry_it_is_dead(andina):
    invite(andina)
    path, client = link(andina), signed_in()
    with time_machine.travel(timezone.now() + datetime.timedelta(days=7, seconds=1)):
        assert client.post(path).status_code == 410
    assert joined(andina) == (4, 0)


def test_after_its_role_was_deleted_it_gives_no_other(andina):
    with unscoped(), tenant(andina.andina.pk):
        role = CustomRole.objects.create(organization=andina.andina, name="Checker", permissions=[MEMBER_VIEW])
    invite(andina, role=str(role.pk))
    path, client = link(andina), signed_in()
    with unscoped(), tenant(andina.andina.pk):
        CustomRole.objects.get().delete()

    refused = client.post(path)

    assert refused.status_code == 410
    assert "The role of this invitation was deleted." in refused.content.decode()
    assert joined(andina) == (4, 0)


def test_the_link_of_an_earlier_mail_is_dead_after_the_second(andina):
    invite(andina, role="admin")
    old = link(andina)
    invite(andina, role="viewer")
    client = signed_in()
    assert client.post(old).status_code == 404
    assert client.post(link(andina)).status_code == 302
    assert andina.roles()["ana"] == "viewer"


def test_a_changed_or_shortened_token_is_nobody_s(andina):
    invite(andina)
    path, client = link(andina), signed_in()
    for wrong in (path[:-2] + "/", path[:-2] + ("A" if path[-2] != "A" else "B") + "/", path.upper().lower()):
        assert client.post(wrong).status_code == 404
    assert joined(andina) == (4, 0)


def test_reading_the_link_takes_nothing_up(andina):
    invite(andina)
    for client in (Client(), signed_in()):
        assert client.get(link(andina)).status_code == 200
    assert joined(andina) == (4, 0)


@pytest.mark.django_db(transaction=True)
def test_two_accepts_of_the_last_seat_at_once_make_one_member(transactional_db):
    cache.clear()
    with unscoped():
        organization = make_organization("andina")
        make_member(organization, "owner@andina.example")
        emails = ["ana@new.example", "bruno@new.example"]
        paths = links(organization, *emails)
        people = [make_account(email) for email in emails]
        with tenant(organization.pk):
            PlanLimit.objects.create(organization=organization, name="members", value=2)

        assert at_once(*zip(map(browser, people), paths, strict=True)) == [302, 422]

        with tenant(organization.pk):
            assert Membership.objects.count() == 2
