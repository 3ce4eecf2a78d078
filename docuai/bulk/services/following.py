"""Asking for work on a run's documents: verify, merge, mail. Each is a Job; a second press finds the first one's."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from docuai.bulk import bundling, mailing, merging, tasks, verifying
from docuai.bulk.models import BulkRun
from docuai.bulk.services.requesting import RunError
from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.kits.work.queue import enqueue
from platform_core.organizations.models import Organization


def verify(*, actor: User | None, run: BulkRun) -> Job:
    """This will check the stored documents against their hashes and render them again. Raises RunError."""
    return _ask(actor, run, verifying.JOB_KIND, _("Verify run %(number)s") % {"number": run.number}, _documents(run))


def merge(*, actor: User | None, run: BulkRun) -> Job:
    """This will make one PDF of all documents. Raises RunError for Word documents and very large runs."""
    if run.options["format"] != "pdf":
        raise RunError(_("Only PDF documents can be merged."))
    count = _documents(run)
    if count > merging.MOST:
        text = _("One PDF takes %(limit)s documents at most; this run has %(count)s. Download the ZIP instead.")
        raise RunError(text % {"limit": merging.MOST, "count": count})
    return _ask(actor, run, merging.JOB_KIND, _("Merge run %(number)s") % {"number": run.number}, count)


def mail_documents(
    *, actor: User | None, run: BulkRun, subject: str, text: str, numbers: Collection[int] | None = None
) -> Job:
    """This will mail their document to everybody who has an address and has not got this version yet.

    ``numbers``: only to the persons of these rows. Raises RunError, also while another mailing of the run goes on.
    """
    if not subject.strip() or not text.strip():
        raise RunError(_("Write a subject and a text."))
    count = mailing.recipients(run, numbers).count()
    if not count:
        raise RunError(_("Everybody with an address has their document already."))
    words: dict[str, Any] = {"subject": subject.strip()[:300], "text": text}
    if numbers is not None:
        words["rows"] = sorted(numbers)
    title = _("Mail documents of run %(number)s") % {"number": run.number}
    job = _ask(actor, run, mailing.JOB_KIND, title, count, **words)
    if job.parameters.get("rows") != words.get("rows"):
        raise RunError(_("Another mailing of this run goes on. Wait until it has ended, then send these."))
    return job


def _documents(run: BulkRun) -> int:
    count = bundling.documents_of(run).count()
    if not count:
        raise RunError(_("This run has no documents."))
    return count


def _ask(actor: User | None, run: BulkRun, kind: str, title: str, total: int, **parameters: Any) -> Job:
    jobs_of_run = Job.objects.for_organization(run.organization_id).filter(kind=kind, subject_id=run.pk)
    with transaction.atomic():
        Job.objects.for_organization(run.organization_id).select_for_update().get(id=run.job_id)
        running = jobs_of_run.filter(state__in=Job.OPEN).first()
        if running is not None:
            return running
        organization = Organization(id=run.organization_id)
        job = jobs.start_job(
            actor=actor,
            organization=organization,
            kind=kind,
            title=title,
            total=total,
            subject_id=run.pk,
            parameters={"run": run.number, **parameters},
            is_test=run.is_test,
        )
        audit(
            action=f"{kind.replace('docuai.', 'docuai.run.')}",
            target=run,
            actor=actor,
            changes={"documents": [0, total]},
        )
        enqueue(tasks.follow_up, organization_id=str(run.organization_id), job_id=str(job.pk))
    return job
