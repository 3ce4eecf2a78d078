"""The work of a long list of invitations: fifty a step, each judged once more, so that a second delivery repeats nothing.

The list stands in the job's parameters while it is worked on and goes from there when the job ends.
"""

import logging
from collections import Counter
from datetime import timedelta
from uuid import UUID

import redis
from django.core.cache import cache
from django.db import transaction
from django.db.models.functions import Now

from platform_core.accounts.models import User
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.organizations.address_lists import Entry
from platform_core.organizations.judging import Verdict, judge
from platform_core.organizations.models import Membership, Organization
from platform_core.organizations.selectors.ladder import may_grant
from platform_core.organizations.selectors.people import open_invitations
from platform_core.organizations.writing import DAY, PER_DAY_AND_ADDRESS, counter_of, write_invitation

JOB_KIND = "platform_core.invitations"
BATCH = 50
LEASE = timedelta(minutes=2)
logger = logging.getLogger(__name__)


def work(*, organization_id: UUID, job_id: UUID) -> None:
    """This will invite until the list is done, or the job is paused or canceled; call it in the organization's scope."""
    job = Job.objects.for_organization(organization_id).get(pk=job_id)
    if job.ended:
        forget(job)
        return
    jobs.begin(job=job)
    while _step(organization_id, job_id):
        continue


def send(*, actor: User, organization: Organization, verdicts: list[Verdict]) -> None:
    """This will write and mail those of the list that go. Call it in a transaction, under the organization's lock."""
    standing = {row.email.lower(): row for row in open_invitations(organization, now=None)}
    going = [verdict for verdict in verdicts if verdict.sent]
    for verdict in going:
        assert verdict.role is not None
        to = verdict.entry.email
        write_invitation(
            actor=actor,
            organization=organization,
            to=to,
            given=verdict.role,
            team=verdict.team,
            standing=standing.get(to),
        )
    transaction.on_commit(lambda: _count(organization, [verdict.entry.email for verdict in going]))


def worn(organization: Organization, addresses: set[str]) -> set[str]:
    """This will name the addresses that had enough mail today."""
    keys = {counter_of(organization, to): to for to in addresses}
    try:
        found = cache.get_many(keys)
    except redis.RedisError as error:
        logger.warning("invitations.not_counted", extra={"error": type(error).__name__})
        return set()
    return {keys[key] for key, n in found.items() if n >= PER_DAY_AND_ADDRESS}


def forget(job: Job) -> None:
    """This will take the addresses out of a job that has ended."""
    Job.objects.for_organization(job.organization_id).filter(pk=job.pk).update(parameters={})


def _step(organization_id: UUID, job_id: UUID) -> bool:
    """One transaction; False when nothing is left to do for this worker."""
    with transaction.atomic():
        organization = Organization.objects.select_for_update(no_key=True).get(pk=organization_id)
        rows = Job.objects.for_organization(organization_id).select_related("started_by")
        job = rows.select_for_update(of=("self",)).get(pk=job_id)
        if job.state != "running":
            return False
        people = job.parameters.get("people", [])
        at = job.done + job.failed
        batch = [Entry(line, email, role, team) for line, email, role, team in people[at : at + BATCH]]
        fates = _invited(job, organization, batch)
        refused = Counter(job.result.get("refused", {})) + Counter(fate for fate in fates if fate)
        job.done += fates.count("")
        job.failed += len(fates) - fates.count("")
        facts = {"done": job.done, "failed": job.failed, "result": {"refused": dict(refused)}}
        rows.filter(pk=job.pk).update(**facts, lease_until=Now() + LEASE)
        if at + len(batch) < len(people):
            return True
        jobs.finish(job=job, done=job.done, failed=job.failed)
        forget(job)
    return False


def _invited(job: Job, organization: Organization, batch: list[Entry]) -> list[str]:
    """What became of each: nothing for who is invited, else the name of the fate. Nobody is written to for who may no more."""
    mine = Membership.objects.for_organization(organization).select_related("custom_role")
    inviter = mine.filter(user=job.started_by_id).first()
    if inviter is None or job.started_by is None or not may_grant(inviter.held, frozenset()):
        return ["not_allowed"] * len(batch)
    tired = worn(organization, {entry.email for entry in batch})
    verdicts = judge(organization, held=inviter.held, entries=batch, role="", team="", worn=tired)
    send(actor=job.started_by, organization=organization, verdicts=verdicts)
    return ["" if verdict.sent else verdict.fate.value for verdict in verdicts]


def _count(organization: Organization, addresses: list[str]) -> None:
    try:
        for key in (counter_of(organization, to) for to in addresses):
            cache.add(key, 0, timeout=DAY)
            cache.incr(key)
    except (redis.RedisError, ValueError) as error:
        logger.warning("invitations.not_counted", extra={"error": type(error).__name__})
