"""Correcting rows, failed or finished: new values, validated, and one new document in the place of the old one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from docuai.bulk import tasks
from docuai.bulk.faults import Fault
from docuai.bulk.fields import with_delivery_email
from docuai.bulk.models import BulkRun, Document, RunRow
from docuai.bulk.services.requesting import RunError
from docuai.bulk.validating import RowValidator
from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.kits.work.queue import enqueue


class RowFaultsError(RunError):
    """The corrected values do not fit the template; ``faults`` says where."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__("; ".join(fault.message for fault in faults))


@dataclass(frozen=True, slots=True)
class Corrected:
    """What became of a table of corrected rows: rows that are made again, rows as they were, what is still wrong."""

    changed: int
    unchanged: int
    faults: tuple[Fault, ...]


def correct_row(
    *,
    actor: User | None,
    run: BulkRun,
    row: RunRow,
    data: Mapping[str, Any],
    email: str | None = None,
    reason: str = "",
    send: bool = False,
) -> RunRow:
    """This will give a row new values and have its document made again; a finished one becomes void with the reason.

    Works in mid-run: a worker that holds the row loses it, and its result is dropped. ``send`` mails the new version to
    the row's address. Raises RowFaultsError, or RunError where the run's state forbids it. Locks the job, then the row.
    """
    faults = validator_of(run).faults(row.number, data)
    if faults:
        raise RowFaultsError(faults)
    with transaction.atomic():
        job = _open_job(run, actor)
        held = RunRow.objects.for_organization(run.organization_id).select_for_update().get(id=row.pk)
        if held.data != row.data:
            raise RunError(_("Somebody else has corrected this row meanwhile. Look at it again, then correct it."))
        _put(run, held, data, email)
        held.mail_when_done = send and bool(held.email)
        held.save()
        voided = _void(held, reason or _("Corrected"))
        _write_down(run, held, actor, before=row.data, voided=voided)
        if voided:
            message = gettext_noop("Row %(row)s corrected, version %(version)s void")
            jobs.log(job=job, message=message, row=held.number, version=voided.number)
        else:
            jobs.log(job=job, message=gettext_noop("Row %(row)s corrected"), row=held.number)
        enqueue(tasks.render_rows, organization_id=str(run.organization_id), run_id=str(run.pk))
    return held


def correct_rows(
    *, actor: User | None, run: BulkRun, rows: Mapping[int, Mapping[str, Any]], reason: str = ""
) -> Corrected:
    """This will correct many rows by their numbers: those that fit are made again, the rest come back with their faults."""
    validator = validator_of(run)
    known = RunRow.objects.for_organization(run.organization_id).filter(run=run, number__in=list(rows))
    found = {row.number: row for row in known}
    faults, changed, unchanged = [], 0, 0
    for number, data in rows.items():
        row = found.get(number)
        if row is None:
            faults.append(Fault(number, "schema", params={"reason": _("the run has no row %(n)s") % {"n": number}}))
        elif row.state == "done" and data == row.data:
            unchanged += 1
        elif wrong := validator.faults(number, data):
            faults += wrong
        else:
            correct_row(actor=actor, run=run, row=row, data=data, reason=reason)
            changed += 1
    return Corrected(changed, unchanged, tuple(faults))


def validator_of(run: BulkRun) -> RowValidator:
    """This will make the schema of the run's version ready for checking rows."""
    return RowValidator(with_delivery_email(run.version.schema))


def _open_job(run: BulkRun, actor: User | None) -> Job:
    job = Job.objects.for_organization(run.organization_id).select_for_update().get(id=run.job_id)
    kept = BulkRun.objects.for_organization(run.organization_id).filter(purged_at=None, deleted_at=None)
    if not kept.filter(id=run.pk).exists():  # read after the lock: retention takes the same one
        raise RunError(_("The documents of this run are deleted, so nothing can be corrected."))
    if job.state == "canceled":
        raise RunError(_("This run was canceled. Start a new run with the corrected table."))
    if job.ended:
        Job.objects.for_organization(run.organization_id).move(job.pk, "queued", finished_at=None)
    return job


def _put(run: BulkRun, row: RunRow, data: Mapping[str, Any], email: str | None) -> None:
    row.data = dict(data)
    if email is not None:
        row.email = email.strip()[:254]
    elif "email" in data:
        row.email = str(data["email"] or "")[:254]
    row.state, row.attempts, row.error = "queued", 0, None
    row.lease_token = row.lease_until = row.due_at = row.finished_at = None


def _void(row: RunRow, reason: str) -> Document | None:
    valid = Document.objects.for_organization(row.organization_id).filter(row=row, state="valid")
    document = valid.select_for_update().first()
    if document is not None:
        valid.update(state="void", void_reason=reason[:300], voided_at=Now())
    return document


def _write_down(
    run: BulkRun, row: RunRow, actor: User | None, *, before: Mapping[str, Any], voided: Document | None
) -> None:
    names = dict.fromkeys([*before, *row.data])
    changes = {n: [before.get(n), row.data.get(n)] for n in names if before.get(n) != row.data.get(n)}
    if len(json.dumps(changes, default=str)) > 8000:
        changes = {name: [None, None] for name in changes}  # the values are too long for the log: their names remain
    audit(
        action="docuai.row.correct", target=row, actor=actor, changes=changes, target_label=f"{run}, row {row.number}"
    )
    emit(
        type="docuai.row.corrected",
        organization_id=run.organization_id,
        payload={"run_id": str(run.pk), "row": row.number, "void_document_id": str(voided.pk) if voided else None},
        is_test=run.is_test,
    )
