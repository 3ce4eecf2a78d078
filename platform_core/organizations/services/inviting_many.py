"""Inviting a list. What would happen is asked first (``preview``).

Up to 500 go in one transaction, or none of them; a longer list is judged at once and sent by a job.
"""

import logging

import redis
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.kits.work.queue import enqueue
from platform_core.organizations import listing, tasks
from platform_core.organizations.address_lists import Entry
from platform_core.organizations.errors import NotAllowedError, OrganizationError
from platform_core.organizations.judging import Verdict, judge
from platform_core.organizations.models import Organization
from platform_core.organizations.selectors.ladder import may_grant
from platform_core.organizations.services.inviting import TooManyInvitationsError
from platform_core.organizations.services.standing import lock, standing_of

MOST_AT_ONCE = 500  # mails of one request; a job makes more
TITLE = gettext_noop("Invite a list")
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
    worn = listing.worn(organization, {entry.email for entry in entries})
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
        _refuse_changed(going, expected)
        if len(going) > MOST_AT_ONCE:
            text = _("%(n)s invitations, %(most)s at most at once. Split the list into parts; nothing was sent.")
            raise TooManyAtOnceError(text % {"n": len(going), "most": MOST_AT_ONCE})
        if going:
            _refuse_too_often(locked)
        listing.send(actor=actor, organization=locked, verdicts=verdicts)
    return verdicts


def invite_by_job(
    *,
    actor: User,
    organization: Organization,
    entries: list[Entry],
    role: str,
    team: str = "",
    expected: int | None = None,
) -> tuple[list[Verdict], Job]:
    """This will judge each line now and have a job send those that go: for more than one request sends (``MOST_AT_ONCE``).

    Raises what ``invite_many`` raises but TooManyAtOnceError. Locks the organization's row.
    """
    with transaction.atomic():
        locked = lock(organization.pk)
        verdicts = preview(actor=actor, organization=locked, entries=entries, role=role, team=team)
        going = [verdict for verdict in verdicts if verdict.sent]
        _refuse_changed(going, expected)
        _refuse_too_often(locked)
        people = [
            (v.entry.line, v.entry.email, v.role.value, str(v.team.pk) if v.team else "") for v in going if v.role
        ]
        job = jobs.start_job(
            actor=actor,
            organization=locked,
            kind=listing.JOB_KIND,
            title=TITLE,
            total=len(people),
            parameters={"people": people},
        )
        audit(action="invitation.list", target=job, actor=actor, changes={"people": [None, len(people)]})
        enqueue(tasks.invite_list, organization_id=str(locked.pk), job_id=str(job.pk))
    return verdicts, job


def _refuse_changed(going: list[Verdict], expected: int | None) -> None:
    if expected is not None and len(going) != expected:
        raise ChangedMeanwhileError(_("Something changed meanwhile. Look at the list again; nothing was sent."))


def _refuse_too_often(organization: Organization) -> None:
    key = f"invitation-lists:{{{organization.pk}}}"
    try:
        cache.add(key, 0, timeout=3600)
        if cache.incr(key) > LISTS_PER_HOUR:
            raise TooManyInvitationsError(_("Too many lists in a short time. Wait an hour, then try again."))
    except (redis.RedisError, ValueError) as error:
        logger.warning("invitations.not_counted", extra={"error": type(error).__name__})
