"""Handing text messages over, in two phases as mail is: marked, sent, settled.

``handing_over_at`` is committed before the request leaves. A worker that died after that leaves an unknown message, which is
not sent again by itself; only a gateway that keeps keys (``repeats``) is asked again, with the same key. What has waited
for a day is not sent any more: it would be no news, and after a restored backup it may have been sent.
"""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_noop

from platform_core.kits.tenancy.scope import service, tenant
from platform_core.kits.work.claiming import claim_in_turns
from platform_core.organizations.services.limits import release
from platform_core.sms.models import OutgoingSms
from platform_core.sms.transport import NotSentError, OutcomeUnknownError, gateway, hand_over

BATCH = 10
LEASE = timedelta(seconds=180)  # of a whole batch, each of which may take ten seconds
AGAIN = (1, 5, 15, 60, 240)  # minutes until the next attempt
OLDEST = timedelta(hours=24)
LOST = gettext_noop("The worker was lost in mid hand-over: the message may have been sent.")
LATE = gettext_noop("It waited for more than a day.")
logger = logging.getLogger(__name__)


def send_batch() -> bool:
    """This will send one batch; True when there may be more."""
    way = gateway()
    if way is None:
        return False
    settle_lost(repeats=way.repeats)
    turns = claim_in_turns(OutgoingSms, limit=BATCH, lease=LEASE)
    for organization_id, ids in turns.ids.items():
        with tenant(organization_id):
            for sms in OutgoingSms.objects.for_organization(organization_id).filter(id__in=ids).order_by("id"):
                _deliver(sms, turns.token, repeats=way.repeats)
    return bool(turns.ids)


def settle_lost(*, repeats: bool) -> int:
    """This will judge messages whose worker gave no sign of life: unknown if it may have left and no key guards it."""
    free = {"lease_token": None, "lease_until": None}
    with service("settle text messages of lost workers"):
        lost = OutgoingSms.objects.filter(state="running", lease_until__lt=Now())
        left = OutgoingSms.objects.none() if repeats else lost.exclude(handing_over_at=None)
        unknown = left.update(state="unknown", error=LOST, **free)
        waiting = lost.update(state="queued", attempts=F("attempts") - 1, **free)
    if unknown or waiting:
        logger.warning("sms.worker_lost", extra={"unknown": unknown, "waiting": waiting})
    return int(unknown + waiting)


def _deliver(sms: OutgoingSms, token: UUID, *, repeats: bool) -> None:
    if sms.created_at < timezone.now() - OLDEST:
        return _settle(sms, token, state="expired", error=LATE)
    if not _mark(sms, token):
        return None  # the lease ran out and somebody else has it
    try:
        accepted = hand_over(to=sms.to_number, text=sms.text, key=str(sms.pk))
    except OutcomeUnknownError as error:
        if repeats:
            return _again(sms, token, str(error), last="unknown")
        return _settle(sms, token, state="unknown", error=str(error))
    except NotSentError as error:
        if error.final:
            return _settle(sms, token, state="failed", error=str(error))
        return _again(sms, token, str(error), wait=error.wait)
    return _settle(sms, token, state="sent", error="", sent_at=Now(), provider_id=accepted)


def _mark(sms: OutgoingSms, token: UUID) -> bool:
    """Committed before anything leaves: whoever finds this row later knows that the message may be out."""
    with transaction.atomic(durable=True):
        held = OutgoingSms.objects.for_organization(sms.organization_id).held(token).filter(id=sms.pk)
        return bool(held.update(handing_over_at=Now(), lease_until=Now() + LEASE))


def _settle(sms: OutgoingSms, token: UUID, *, state: str, error: str, **fields: object) -> None:
    """What surely did not leave costs the organization nothing."""
    with transaction.atomic():
        held = OutgoingSms.objects.for_organization(sms.organization_id).held(token).filter(id=sms.pk)
        settled = held.update(state=state, error=error[:300], lease_token=None, lease_until=None, **fields)
        if settled and state in ("failed", "expired"):
            release(organization=sms.organization_id, key=f"sms:{sms.pk}")


def _again(sms: OutgoingSms, token: UUID, error: str, *, wait: int = 0, last: str = "failed") -> None:
    """Later, each time after a longer while; what may have left keeps its mark."""
    if sms.attempts > len(AGAIN):
        return _settle(sms, token, state=last, error=error)
    later = max(timedelta(minutes=AGAIN[max(sms.attempts - 1, 0)]), timedelta(seconds=wait))
    mark = {} if last == "unknown" else {"handing_over_at": None}
    return _settle(sms, token, state="queued", error=error, due_at=Now() + later, **mark)
