"""Two at once: one invitation makes one member, one free seat takes one person."""

import re
from threading import Barrier, Thread

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.mail.models import OutgoingMail
from platform_core.organizations.models import Invitation, Membership, PlanLimit
from tests.factories.organizations import make_member, make_organization
from tests.platform_core.organizations.conftest import make_account

WAIT_SECONDS = 30


@pytest.fixture
def andina(transactional_db):
    cache.clear()
    with unscoped():
        organization = make_organization("andina")
        make_member(organization, "owner@andina.example")
        yield organization


def links(andina, *emails):
    client = Client()
    with tenant(andina.pk):
        client.force_login(Membership.objects.get().user)
    client.post("/orgs/andina/members/invite/", {"emails": " ".join(emails), "role": "editor"})
    with tenant(andina.pk):
        mails = {mail.to_address: mail.text_body for mail in OutgoingMail.objects.all()}
    return [re.search(r"/invitations/[\w-]+/", mails[email])[0] for email in emails]


def at_once(*calls):
    """Two browsers press the same button in the same moment, each over a connection of its own."""
    barrier, statuses = Barrier(len(calls)), []

    def press(client, url):
        try:
            barrier.wait(WAIT_SECONDS)
            statuses.append(client.post(url).status_code)
        finally:
            connection.close()

    threads = [Thread(target=press, args=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT_SECONDS)
    return sorted(statuses)


def browser(account):
    client = Client()
    client.force_login(account)
    return client


def test_one_invitation_taken_up_twice_at_once_makes_one_member(andina):
    (link,) = links(andina, "ana@new.example")
    ana = make_account("ana@new.example")

    statuses = at_once((browser(ana), link), (browser(ana), link))

    assert len(statuses) == 2
    assert 302 in statuses
    assert all(status < 500 for status in statuses)
    with tenant(andina.pk):
        assert Membership.objects.filter(user=ana).count() == 1
        assert Invitation.objects.exclude(accepted_at=None).count() == 1


def test_of_two_who_take_the_last_seat_at_once_one_gets_it(andina):
    emails = ["ana@new.example", "bruno@new.example"]
    places = links(andina, *emails)
    people = [make_account(email) for email in emails]
    with tenant(andina.pk):
        PlanLimit.objects.create(organization=andina, name="members", value=2)

    statuses = at_once(*zip(map(browser, people), places, strict=True))

    assert statuses == [302, 422]
    with tenant(andina.pk):
        assert Membership.objects.count() == 2
        assert Invitation.objects.exclude(accepted_at=None).count() == 1
