"""Mailing each person their document: one mail a document, by its id, so that a second press sends nothing twice."""

import re
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from docuai.bulk.models import BulkRun, Document
from docuai.bulk.steps import Step, batches, run_of
from platform_core.jobs.models import Job
from platform_core.mail import services as mail
from platform_core.mail.models import OutgoingMail

JOB_KIND = "docuai.mail"
MAIL_KIND = "docuai.document"
OPEN = ("queued", "running")
_FIELD = re.compile(r"\{([\w.]+)\}")


def default_text(run: BulkRun) -> tuple[str, str]:
    """This will propose subject and text; ``{name}`` and other fields of the row may stand in both."""
    name = run.template.name
    return name, _("Attached you find your document “%(name)s”.") % {"name": name}


def recipients(run: BulkRun, numbers: Collection[int] | None = None) -> QuerySet[Document]:
    """This will find the valid documents of rows with an address that nobody has been sent yet, of these rows alone if named."""
    documents = Document.objects.for_organization(run.organization_id).filter(run=run, state="valid")
    sent = OutgoingMail.objects.for_organization(run.organization_id).filter(kind=MAIL_KIND, subject_id=OuterRef("pk"))
    if numbers is not None:
        documents = documents.filter(row__number__in=numbers)
    return documents.exclude(row__email="").filter(~Exists(sent))


def fates(run: BulkRun) -> dict[str, int]:
    """This will count the run's mails by state."""
    documents = Document.objects.for_organization(run.organization_id).filter(run=run)
    mails = OutgoingMail.objects.for_organization(run.organization_id).filter(
        kind=MAIL_KIND, subject_id__in=documents.values("id")
    )
    return dict(mails.values_list("state").annotate(n=Count("id")))


def step(job: Job) -> Step:
    """This will queue mails for some seconds; when all are queued, wait until the last one has left."""
    run = run_of(job)
    if run is not None and not job.parameters.get("all_queued"):
        for documents in batches(job, run):
            for document in documents:
                if document.row.email:
                    _queue(job, run, document)
            job.parameters["all_queued"] = not documents
    states = dict(job.mails.values_list("state").annotate(n=Count("id")))
    done, open_mails = states.get("sent", 0), sum(states.get(state, 0) for state in OPEN)
    failed = sum(states.values()) - done - open_mails + len(job.result.get("refused", []))
    all_queued = run is None or bool(job.parameters.get("all_queued"))
    return Step(done, failed, ended=all_queued and not open_mails, wait=all_queued and bool(open_mails))


def send_corrected(run: BulkRun, document: Document) -> None:
    """This will mail the new version of a corrected row's document, in the words of the run's last mailing."""
    jobs = Job.objects.for_organization(run.organization_id).filter(kind=JOB_KIND, subject_id=run.pk)
    last = jobs.order_by("-created_at").first()
    subject, text = (last.parameters["subject"], last.parameters["text"]) if last else default_text(run)
    try:
        _send(run, document, subject, text, job=None)
    except mail.MailError:
        return  # the address was checked with the correction; the row's page shows that no mail went out


def _queue(job: Job, run: BulkRun, document: Document) -> None:
    try:
        _send(run, document, job.parameters["subject"], job.parameters["text"], job=job)
    except mail.MailError as error:
        refused = job.result.setdefault("refused", [])
        if document.row.number not in [entry["row"] for entry in refused]:
            refused.append({"row": document.row.number, "message": str(error)})


def _send(run: BulkRun, document: Document, subject: str, text: str, *, job: Job | None) -> None:
    mail.queue_mail(
        organization_id=run.organization_id,
        to=document.row.email,
        subject=filled(subject, document.row.data),
        text=filled(text, document.row.data),
        kind=MAIL_KIND,
        idempotency_key=mail_key(document.pk),
        subject_id=document.pk,
        attachments=[
            {
                "file_name": document.file_name,
                "content_type": document.content_type,
                "key": document.pack_key,
                "offset": document.offset_bytes,
                "size": document.size_bytes,
            }
        ],
        job=job,
        is_test=run.is_test,
    )


def mail_key(document_id: UUID) -> str:
    """This will name the one mail of a document."""
    return f"{MAIL_KIND}:{document_id}"


def filled(text: str, data: dict[str, Any]) -> str:
    """This will put a row's values in the place of ``{field}`` and ``{object.field}``; unknown names stay as they are."""

    def value(match: re.Match[str]) -> str:
        found: Any = data
        for part in match[1].split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return match[0] if found is None or isinstance(found, dict | list) else str(found)

    return _FIELD.sub(value, text)
