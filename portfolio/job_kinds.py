"""What the job pages know of each product's jobs: names, own pages, live counts, and who does what the buttons say."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from docuai.bulk import mailing, merging, selectors, services, verifying
from docuai.bulk.models import BulkRun
from docuai.bulk.services.requesting import JOB_KIND as RUN
from docuai.permissions import RUN_MANAGE
from platform_core.evidence.selectors import JOB_KIND as VERIFY_LOG
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.jobs.registry import CANCEL, PAUSE, RESUME, RETRY, Progress, register_kind
from platform_core.mail.models import OutgoingMail
from platform_core.mail.services import cancel_mails
from platform_core.organizations.judging import Fate
from platform_core.organizations.listing import JOB_KIND as INVITE
from platform_core.permissions import AUDIT_READ, KEY_MANAGE, MEMBER_MANAGE
from platform_core.testmode.selectors import JOB_KIND as WIPE
from portfolio.demo.runs import JOB_KIND as DEMO

CHECK = "docuai.check"
RUN_STEPS: dict[str, Callable[..., Any]] = {
    PAUSE: services.pause,
    RESUME: services.resume,
    CANCEL: services.cancel,
    RETRY: services.retry,
}


def plug() -> None:
    """This will register the kinds of all products."""
    register_kind(RUN, label=_("Run"), page_url=run_page, steer=steer_run, progress=run_progress, manage=RUN_MANAGE)
    register_kind(verifying.JOB_KIND, label=_("Verify documents"), page_url=run_page, manage=RUN_MANAGE)
    register_kind(merging.JOB_KIND, label=_("Merge documents"), page_url=run_page, manage=RUN_MANAGE)
    register_kind(
        mailing.JOB_KIND,
        label=_("Mail documents"),
        page_url=run_page,
        steer=steer_mailing,
        manage=RUN_MANAGE,
        details=mails_by_state,
    )
    register_kind(DEMO, label=_("Demo data"), steps=())
    register_kind(VERIFY_LOG, label=_("Verify the audit log"), page_url=audit_page, steps=(CANCEL,), manage=AUDIT_READ)
    register_kind(WIPE, label=_("Delete test data"), page_url=test_page, steps=(CANCEL, RETRY), manage=KEY_MANAGE)
    register_kind(
        INVITE, label=_("Invite a list"), steps=(PAUSE, RESUME, CANCEL), manage=MEMBER_MANAGE, details=refused
    )
    register_kind(CHECK, label=_("Check a table"), steps=(CANCEL,), manage=RUN_MANAGE)


def run_page(job: Job, slug: str) -> str:
    """This will give the address of the run that a job makes or works on; empty where it is deleted."""
    found = _run(job)
    return reverse("run", kwargs={"slug": slug, "number": found.number}) if found else ""


def audit_page(job: Job, slug: str) -> str:
    """This will give the address of the log, which shows what its verification found."""
    return reverse("audit", kwargs={"slug": slug})


def test_page(job: Job, slug: str) -> str:
    """This will give the address of the test inbox, from which test data is deleted."""
    return reverse("test-data", kwargs={"slug": slug})


def run_progress(job: Job) -> Progress:
    """This will count the rows of an open run."""
    found = _run(job)
    counts = selectors.counts(found) if found else {}
    return Progress(counts.get("done", 0), counts.get("failed", 0), counts.get("running", 0))


def steer_run(*, actor: Any, job: Job, to: str) -> None:
    """This will have DocuAI steer the run."""
    found = _run(job)
    if found is None:
        raise jobs.JobStateError(str(jobs.JobStateError.message))
    RUN_STEPS[to](actor=actor, run=found)


def steer_mailing(*, actor: Any, job: Job, to: str) -> None:
    """This will steer the job; a cancellation takes the mails that wait with it."""
    with transaction.atomic():
        jobs.move(job=job, actor=actor, step=to)
        if to == CANCEL:
            cancel_mails(organization_id=job.organization_id, job=job)


def mails_by_state(job: Job) -> list[tuple[Any, int]]:
    """This will count the mails of a job by state, those states that there are."""
    found = OutgoingMail.objects.for_organization(job.organization_id).filter(job=job)
    counts = dict(found.order_by().values_list("state").annotate(n=Count("id")))
    return [(label, counts[state]) for state, label in OutgoingMail.State.choices if state in counts]


def refused(job: Job) -> list[tuple[Any, int]]:
    """This will count the lines of a list that were not invited, by reason."""
    labels = {**dict(Fate.choices), "not_allowed": _("Whoever started it may not invite any more")}
    return [(labels[fate], n) for fate, n in job.result.get("refused", {}).items() if fate in labels]


def _run(job: Job) -> BulkRun | None:
    runs = BulkRun.objects.for_organization(job.organization_id).filter(deleted_at=None).select_related("job")
    if job.kind == RUN:
        return runs.filter(job=job).first()
    return runs.filter(id=job.subject_id).first() if job.subject_id else None
