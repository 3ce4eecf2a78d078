"""Handing mail over, in two phases: marked and journaled, then sent, then settled.

1. A batch is claimed over all organizations in turns, as the service; each mail is worked as its tenant.
2. ``handing_over_at`` is committed and a line stands in the journal before the first byte of content leaves.
3. The answer decides: accepted, refused for now (again later), refused for good, or unknown. Unknown is never sent again
   by itself: a worker that died after step 2 leaves an unknown mail, one that died before it a waiting one.

A test mail goes the same way to its end; only what it is handed to is the test inbox (``transport.Inbox``).
"""

import logging
from datetime import datetime, timedelta
from functools import cache, lru_cache
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_noop

from platform_core.audit.services import audit
from platform_core.kits.storage.ports import MissingFileError, StorageError
from platform_core.kits.tenancy.scope import service, tenant
from platform_core.kits.work.claiming import claim_in_turns
from platform_core.mail import journal
from platform_core.mail.composing import compose
from platform_core.mail.models import OutgoingMail, Suppression
from platform_core.mail.transport import Inbox, Line, NotSentError, OutcomeUnknownError, Server, UnreachableError

BATCH = 20
LEASE = timedelta(seconds=120)  # of one hand-over: longer than all time limits of the line together
AGAIN = (1, 5, 15, 60, 240, 720, 1440)  # minutes until the next attempt
UNREACHABLE = timedelta(seconds=30)
LOST = gettext_noop("The worker was lost in mid hand-over: the mail may have been sent.")
AHEAD = gettext_noop("The journal says that it was handed over before a backup was restored: it may have been sent.")
GONE = gettext_noop("An attachment is not in storage any more.")
logger = logging.getLogger(__name__)


def send_batch() -> bool:
    """This will send one batch; True when there may be more. Nothing is sent while the journal is ahead."""
    settle_lost()
    if journal.held() or _journal_is_ahead():
        return False
    turns = claim_in_turns(OutgoingMail, limit=BATCH, lease=LEASE)
    if not turns.ids:
        return False
    try:
        with Line() as line:
            for organization_id, ids in turns.ids.items():
                with tenant(organization_id):
                    _deliver_all(line, organization_id, ids, turns.token)
    except UnreachableError as error:
        logger.warning("mail.unreachable", extra={"reason": str(error)})
        _give_back(turns.token, str(error))
        return False
    return True


def settle_lost() -> int:
    """This will judge mails whose worker gave no sign of life: marked as handed over they are unknown, else they wait again."""
    with service("settle mails of lost workers"):
        lost = OutgoingMail.objects.filter(state="running", lease_until__lt=Now())
        free = {"lease_token": None, "lease_until": None}
        unknown = lost.exclude(handing_over_at=None).update(state="unknown", error=LOST, **free)
        waiting = lost.filter(handing_over_at=None).update(state="queued", attempts=F("attempts") - 1, **free)
    if unknown or waiting:
        logger.warning("mail.worker_lost", extra={"unknown": unknown, "waiting": waiting})
    return int(unknown + waiting)


def _deliver_all(line: Line, organization_id: UUID, ids: list[UUID], token: UUID) -> None:
    mails = OutgoingMail.objects.for_organization(organization_id).filter(id__in=ids).order_by("id")
    addresses = {mail.to_address.lower() for mail in mails}
    listed = Suppression.objects.for_organization(organization_id).annotate(lowered=Lower("address"))
    suppressed = set(listed.filter(lowered__in=addresses).values_list("lowered", flat=True))
    for mail in mails:
        if mail.to_address.lower() in suppressed:
            _settle(mail, token, state="suppressed", error="")
        elif mail.attempts <= journal_attempts().get(mail.pk, 0):
            _settle(mail, token, state="unknown", error=AHEAD)
            journal.hold(AHEAD)
            return
        else:
            _deliver(line.to(is_test=mail.is_test), mail, token)


def _deliver(server: Server | Inbox, mail: OutgoingMail, token: UUID) -> None:
    try:
        message = compose(mail)
    except MissingFileError:
        return _settle(mail, token, state="failed", error=GONE)
    except (StorageError, ValueError) as error:
        return _again(mail, token, str(error))
    if not _mark(mail, token):
        return None  # the lease ran out and somebody else has it
    facts = {"mail": mail.pk, "organization": mail.organization_id, "attempt": mail.attempts}
    journal.note(journal.HANDING, **facts)
    journal_attempts()[mail.pk] = mail.attempts
    try:
        server.hand_over(message, sender=settings.DEFAULT_FROM_EMAIL, to=mail.to_address)
    except OutcomeUnknownError as error:
        journal.note("unknown", **facts)
        _settle(mail, token, state="unknown", error=str(error))
        raise UnreachableError(str(error)) from error
    except NotSentError as error:
        journal.note("refused", **facts)
        if error.final:
            _settle(mail, token, state="failed", error=str(error))
        else:
            _again(mail, token, str(error))
        if isinstance(error, UnreachableError) or not server.ready():
            raise UnreachableError(str(error)) from error
        return None
    journal.note("sent", **facts)
    return _settle(mail, token, state="sent", error="", sent_at=Now())


def _mark(mail: OutgoingMail, token: UUID) -> bool:
    """Committed before anything leaves: whoever finds this row later knows that the mail may be out."""
    with transaction.atomic(durable=True):
        held = OutgoingMail.objects.for_organization(mail.organization_id).held(token).filter(id=mail.pk)
        return bool(held.update(handing_over_at=Now(), lease_until=Now() + LEASE))


def _settle(mail: OutgoingMail, token: UUID, *, state: str, error: str, **fields: object) -> None:
    held = OutgoingMail.objects.for_organization(mail.organization_id).held(token).filter(id=mail.pk)
    held.update(state=state, error=error, lease_token=None, lease_until=None, **fields)


def _again(mail: OutgoingMail, token: UUID, error: str) -> None:
    """Refused for now: later, each time after a longer while; after the last one it has failed."""
    if mail.attempts > len(AGAIN):
        return _settle(mail, token, state="failed", error=error)
    due_at = Now() + timedelta(minutes=AGAIN[max(mail.attempts - 1, 0)])
    return _settle(mail, token, state="queued", error=error, due_at=due_at, handing_over_at=None)


def _give_back(token: UUID, reason: str) -> None:
    """No server: what was claimed waits again, and this attempt does not count."""
    with service("give back mails of all organizations"):
        held = OutgoingMail.objects.filter(state="running", lease_token=token, handing_over_at=None)
        held.update(
            state="queued",
            attempts=F("attempts") - 1,
            due_at=Now() + UNREACHABLE,
            error=reason,
            lease_token=None,
            lease_until=None,
        )


@cache
def journal_attempts() -> dict[UUID, int]:
    """What this machine has handed over, read once a process and kept up with."""
    return journal.handed_over()


def _journal_is_ahead() -> bool:
    """Whether the journal knows of hand-overs that the database does not; then sending is held and those rows are unknown.

    Rows are compared when this process begins and after each start of Postgres: no backup comes back without one. Ids are
    UUIDv7, in order of time: a mail of the journal above the newest row is one that a restore has taken away.
    """
    with service("compare the mail journal with the database"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_postmaster_start_time()")
            started = cursor.fetchone()[0]
        newest = OutgoingMail.objects.order_by("-id").values_list("id", flat=True).first()
    lost = newest is not None and max(journal_attempts(), default=newest) > newest
    if not lost and not _behind(started):
        return False
    journal.hold(AHEAD)
    logger.error("mail.journal_ahead", extra={"rows_missing": lost})
    return True


@lru_cache(maxsize=1)
def _behind(started: datetime) -> int:
    """This will mark rows unknown that wait although the journal has handed them over in this attempt or a later one."""
    journal_attempts.cache_clear()
    known = journal_attempts()
    if not known:
        return 0
    found: dict[UUID, list[UUID]] = {}
    with service("compare the mail journal with the database"):
        waiting = OutgoingMail.objects.filter(state="queued", id__gte=min(known), id__lte=max(known))
        for pk, organization_id, attempts in waiting.values_list("id", "organization_id", "attempts").iterator():
            if attempts < known.get(pk, 0):
                found.setdefault(organization_id, []).append(pk)
    for organization_id, ids in found.items():
        with tenant(organization_id), transaction.atomic():
            rows = OutgoingMail.objects.for_organization(organization_id).filter(id__in=ids, state="queued")
            rows.update(state="unknown", error=AHEAD, lease_token=None, lease_until=None)
            audit(action="mail.unknown", organization_id=organization_id, changes={"mails": [0, len(ids)]})
    return sum(map(len, found.values()))


def look_again() -> None:
    """This will compare with the journal once more at the next batch: after staff has released sending."""
    journal_attempts.cache_clear()
    _behind.cache_clear()
