"""Inviting a list: all of it that can be sent, or nothing. What would happen is asked first (``preview``)."""

import logging

import redis
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from platform_core.accounts.models import User
from platform_core.organizations.address_lists import Entry
from platform_core.organizations.errors import NotAllowedError, OrganizationError
from platform_core.organizations.judging import Verdict, judge
from platform_core.organizations.models import Organization
from platform_core.organizations.selectors.ladder import may_grant
from platform_core.organizations.selectors.people import open_invitations
from platform_core.organizations.services.inviting import (
    DAY,
    PER_DAY_AND_ADDRESS,
    TooManyInvitationsError,
    counter_of,
    write_invitation,
)
from platform_core.organizations.services.standing import lock, standing_of

MOST_AT_ONCE = 500  # mails of one request
LISTS_PER_HOUR = 20
logger = logging.getLogger(__name__)


class ChangedMeanwhileError(OrganizationError):
    """What would be sent is not what was shown."""


class TooManyAtOnceError(OrganizationError):
    """More mails than one request makes."""


def preview(
    *, actor: User, organization: Organization, entries: list[Entry], role: str, team: str = ""
) -> list[Verdict]:
    """This will say of each line what inviting it would do, and change nothing. Raises NotAllowedError."""
    mine = standing_of(actor, organization.pk)
    if not may_grant(mine.held, frozenset()):
        raise NotAllowedError(_("Your role does not allow inviting people."))
    worn = _worn(organization, {entry.email for entry in entries})
    return judge(organization, held=mine.held, entries=entries, role=role, team=team, worn=worn)


def invite_many(
    *,
    actor: User,
    organization: Organization,
    entries: list[Entry],
    role: str,
    team: str = "",
    expected: int | None = None,
) -> list[Verdict]:
    """This will invite everybody of the list who can be, in one transaction, and say of each line what became of it.

    ``expected`` is how many the person was shown: another number sends nothing and raises ChangedMeanwhileError.
    Raises NotAllowedError, TooManyAtOnceError, TooManyInvitationsError. Locks the organization's row.
    """
    with transaction.atomic():
        locked = lock(organization.pk)
        verdicts = preview(actor=actor, organization=locked, entries=entries, role=role, team=team)
        going = [verdict for verdict in verdicts if verdict.sent]
        if expected is not None and len(going) != expected:
            raise ChangedMeanwhileError(_("Something changed meanwhile. Look at the list again; nothing was sent."))
        if len(going) > MOST_AT_ONCE:
            text = _("%(n)s invitations, %(most)s at most at once. Split the list into parts; nothing was sent.")
            raise TooManyAtOnceError(text % {"n": len(going), "most": MOST_AT_ONCE})
        if going:
            _refuse_too_often(locked)
        standing = {row.email.lower(): row for row in open_invitations(locked, now=None)}
        for verdict in going:
            assert verdict.role is not None
            to = verdict.entry.email
            write_invitation(
                actor=actor,
                organization=locked,
                to=to,
                given=verdict.role,
                team=verdict.team,
                standing=standing.get(to),
            )
        transaction.on_commit(lambda: _count(locked, [verdict.entry.email for verdict in going]))
    return verdicts


def _worn(organization: Organization, addresses: set[str]) -> set[str]:
    keys = {counter_of(organization, to): to for to in addresses}
    try:
        found = cache.get_many(keys)
    except redis.RedisError as error:
        logger.warning("invitations.not_counted", extra={"error": type(error).__name__})
        return set()
    return {keys[key] for key, n in found.items() if n >= PER_DAY_AND_ADDRESS}


def _count(organization: Organization, addresses: list[str]) -> None:
    try:
        for key in (counter_of(organization, to) for to in addresses):
            cache.add(key, 0, timeout=DAY)
            cache.incr(key)
    except (redis.RedisError, ValueError) as error:
        logger.warning("invitations.not_counted", extra={"error": type(error).__name__})


def _refuse_too_often(organization: Organization) -> None:
    key = f"invitation-lists:{{{organization.pk}}}"
    try:
        cache.add(key, 0, timeout=3600)
        if cache.incr(key) > LISTS_PER_HOUR:
            raise TooManyInvitationsError(_("Too many lists in a short time. Wait an hour, then try again."))
    except (redis.RedisError, ValueError) as error:
        logger.warning("invitations.not_counted", extra={"error": type(error).__name__})
