"""Handing events over: claimed over all organizations in turns, sent side by side, settled as each tenant.

At least once: an outcome that is lost (a worker killed between the answer and the commit) is tried again under the same
``webhook-id``, by which the receiver drops the second one. Network in threads, database in this one, no transaction
around a call. What a peer does wrong costs a try; what we do wrong raises.
"""

import logging
import random
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from platform_core.kits.crypto.envelope import CryptoError
from platform_core.kits.tenancy.scope import service, tenant
from platform_core.kits.work.claiming import claim_in_turns
from platform_core.webhooks.models import WebhookAttempt, WebhookEndpoint, WebhookEvent
from platform_core.webhooks.sending import Order, Outcome, send
from platform_core.webhooks.switching import switch_off

BATCH, THREADS = 128, 16
LEASE = timedelta(seconds=120)  # longer than BATCH / THREADS tries that all run into their time limit
TOGETHER = 0.1  # seconds: what ends so soon after another is settled with it, in one transaction
AGAIN = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)  # seconds; about three days and a bit together
LONGEST = 86_400
GIVE_UP = timedelta(days=3)
GONE = 410
POSTPONED = (60, 300)
FREE = {"lease_token": None, "lease_until": None}
logger = logging.getLogger(__name__)


def deliver_batch() -> bool:
    """This will send one batch; True when there may be more."""
    settle_lost()
    turns = claim_in_turns(WebhookEvent, limit=BATCH, lease=LEASE)
    orders: list[Order] = []
    for organization_id, ids in turns.ids.items():
        with tenant(organization_id):
            try:
                orders += _orders(organization_id, ids, turns.token)
            except CryptoError as error:  # its key is gone or cannot be had: the others go on
                logger.error("webhooks.no_secret", extra={"organization": organization_id, "reason": str(error)})
    with ThreadPoolExecutor(THREADS, thread_name_prefix="webhook") as pool:
        pending = {pool.submit(send, order) for order in orders}
        while pending:
            wait(pending, return_when=FIRST_COMPLETED)
            done, pending = wait(pending, timeout=TOGETHER)
            _settle_by_tenant(done, turns.token)
    return bool(turns.ids)


def settle_lost() -> int:
    """This will put what lost workers held back in the queue; a test that was lost has failed."""
    with service("settle webhooks of lost workers"):
        lost = WebhookEvent.objects.filter(state="running", lease_until__lt=Now())
        failed = lost.filter(source_id=None).update(state="failed", error="closed", **FREE)
        waiting = lost.update(state="queued", **FREE)
    if failed or waiting:
        logger.warning("webhooks.worker_lost", extra={"waiting": waiting, "tests": failed})
    return int(waiting)


def settle(organization_id: UUID, outcomes: Iterable[Outcome], token: UUID) -> int:
    """This will write down how tries went, those whose lease the token still holds, and return how many.

    Locks the endpoints, then the events, each in the order of their keys.
    """
    by_id = {outcome.event.pk: outcome for outcome in outcomes}
    with transaction.atomic():
        endpoints = _locked_endpoints(organization_id, {outcome.event.endpoint_id for outcome in by_id.values()})
        held = WebhookEvent.objects.for_organization(organization_id).held(token).filter(id__in=list(by_id))
        ids = list(held.order_by("id").select_for_update(no_key=True, of=("self",)).values_list("id", flat=True))
        mine = [by_id[pk] for pk in ids]
        WebhookAttempt.objects.bulk_create([outcome.attempt for outcome in mine])
        _mark_delivered(organization_id, mine, token)
        for outcome in mine:
            if not outcome.succeeded:
                _mark_failed(outcome, token)
        for endpoint in endpoints:
            own = [o for o in mine if o.event.endpoint_id == endpoint.pk and o.event.source_id is not None]
            _judge_endpoint(endpoint, own)
    return len(mine)


def delay_of(attempts: int, retry_after: int = 0) -> int:
    """This will choose how many seconds to wait after so many tries: half to one and a half of the plan, so that peers
    that fell together do not get up together; longer if the peer asks for it, a day at most."""
    planned = AGAIN[min(max(attempts, 1), len(AGAIN)) - 1]
    return min(max(round(planned * random.uniform(0.5, 1.5)), retry_after), max(LONGEST, round(planned * 1.5)))  # noqa: S311


def _orders(organization_id: UUID, ids: list[UUID], token: UUID) -> list[Order]:
    """An endpoint that fails gets one try a batch: a peer that stalls must not hold what goes to others."""
    now, orders, probed = timezone.now(), [], set()
    secrets: dict[UUID, list[str]] = {}  # opened once an endpoint: each opening asks for the organization's data key
    events = WebhookEvent.objects.for_organization(organization_id).held(token).filter(id__in=ids)
    postponed: list[UUID] = []
    for event in events.select_related("endpoint").order_by("id"):
        endpoint = event.endpoint
        if endpoint.state != WebhookEndpoint.State.ACTIVE:
            held = WebhookEvent.objects.for_organization(organization_id).held(token).filter(id=event.pk)
            held.update(state="failed", error="disabled", **FREE)
        elif endpoint.failing_since and endpoint.pk in probed:
            postponed.append(event.pk)
        else:
            probed.add(endpoint.pk)
            known = secrets.get(endpoint.pk) or secrets.setdefault(endpoint.pk, endpoint.secrets(now))
            orders.append(Order(event, endpoint.url, known, "event" if event.attempts == 1 else "retry"))
    if postponed:
        later = Now() + timedelta(seconds=random.uniform(*POSTPONED))  # noqa: S311
        held = WebhookEvent.objects.for_organization(organization_id).held(token).filter(id__in=postponed)
        held.update(state="queued", attempts=F("attempts") - 1, due_at=later, **FREE)
    return orders


def _settle_by_tenant(done: set[Future[Outcome]], token: UUID) -> None:
    by_owner: dict[UUID, list[Outcome]] = defaultdict(list)
    for future in done:
        outcome = future.result()
        by_owner[outcome.event.organization_id].append(outcome)
    for organization_id, outcomes in by_owner.items():
        with tenant(organization_id):
            settle(organization_id, outcomes, token)


def _locked_endpoints(organization_id: UUID, ids: set[UUID]) -> list[WebhookEndpoint]:
    rows = WebhookEndpoint.objects.for_organization(organization_id).filter(id__in=ids).order_by("id")
    return list(rows.select_for_update(no_key=True, of=("self",)))


def _mark_delivered(organization_id: UUID, outcomes: list[Outcome], token: UUID) -> None:
    by_status: dict[int | None, list[UUID]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.succeeded:
            by_status[outcome.attempt.status_code].append(outcome.event.pk)
    for status, ids in by_status.items():
        held = WebhookEvent.objects.for_organization(organization_id).held(token).filter(id__in=ids)
        held.update(state="delivered", status_code=status, error="", due_at=None, delivered_at=Now(), **FREE)


def _mark_failed(outcome: Outcome, token: UUID) -> None:
    """Later, each time after a longer while; after the last try, a test, or a 410 it has failed."""
    event, attempt = outcome.event, outcome.attempt
    held = WebhookEvent.objects.for_organization(event.organization_id).held(token).filter(id=event.pk)
    facts = {"status_code": attempt.status_code, "error": attempt.error, **FREE}
    if event.source_id is None or event.attempts > len(AGAIN) or attempt.status_code == GONE:
        held.update(state="failed", due_at=None, **facts)
        return
    seconds = delay_of(event.attempts, outcome.retry_after if attempt.status_code in (429, 503) else 0)
    held.update(state="queued", due_at=Now() + timedelta(seconds=seconds), **facts)


def _judge_endpoint(endpoint: WebhookEndpoint, outcomes: list[Outcome]) -> None:
    """One success and it is well. Gone, or nothing but failures for three days, and it is switched off."""
    if not outcomes:
        return
    row = WebhookEndpoint.objects.for_organization(endpoint.organization_id).filter(pk=endpoint.pk)
    if any(outcome.succeeded for outcome in outcomes):
        row.update(last_success_at=Now(), failing_since=None)
        return
    row.update(last_failure_at=Now(), failing_since=Coalesce("failing_since", Now()))
    if any(outcome.attempt.status_code == GONE for outcome in outcomes):
        switch_off(actor=None, endpoint=endpoint, reason=WebhookEndpoint.Reason.GONE)
    elif row.filter(failing_since__lte=Now() - GIVE_UP).exists():
        switch_off(actor=None, endpoint=endpoint, reason=WebhookEndpoint.Reason.FAILING)
