"""Checking a draft: every row validated, counted, its faults kept, the rows worth looking at picked.

Runs inside the request for small tables and as a Job for big ones; both write the same summary into the draft. A check is
of one state of the draft (`stamp_of`): if the draft changes meanwhile, the result is of yesterday and says so.
"""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from operator import ne
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from docuai.bulk.faults import MESSAGES
from docuai.bulk.fields import fields_of
from docuai.bulk.models import RowFault, RunDraft
from docuai.bulk.naming import UniqueNames, file_names
from docuai.bulk.passes import MappingIncompleteError, NoTableError, Pass, one_pass
from docuai.bulk.storing_faults import MAX_STORED, as_rows, shown_values, storable
from docuai.bulk.table_validation import ValidatedBatch
from docuai.bulk.tables.errors import TableError
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.kits.work.claiming import claim
from platform_core.kits.work.keeping import kept

LEASE = timedelta(seconds=30)
CHECKED_OPTIONS = ("language", "sequence", "accepted", "unique_email", "file_name", "format")
PROGRESS_ROWS = 2000


def stamp_of(draft: RunDraft) -> str:
    """This will name the state of a draft as far as validation depends on it."""
    options = {name: draft.options.get(name) for name in CHECKED_OPTIONS}
    seen = [str(draft.version_id), str(draft.file_id), draft.dialect, draft.mapping, draft.edits, options]
    return hashlib.sha256(json.dumps(seen, sort_keys=True, default=str).encode()).hexdigest()[:32]


def check_draft(*, draft: RunDraft, go_on: Callable[[int], bool] = lambda rows: True) -> dict[str, Any] | None:
    """This will validate all rows of a draft's table and keep the result; None when ``go_on`` said stop.

    Raises TableError, NoTableError and MappingIncompleteError.
    """
    stamp, began = stamp_of(draft), time.monotonic()
    with one_pass(draft, extremes=True) as reading:
        survey = _Survey(draft, reading)
        reported = 0
        for batch in reading.batches:
            survey.add(batch)
            if reading.validation.totals.rows - reported >= PROGRESS_ROWS:
                reported = reading.validation.totals.rows
                if not go_on(reported):
                    return None
        summary = survey.summary() | {
            "stamp": stamp,
            "seconds": round(time.monotonic() - began, 2),
            "checked_at": timezone.now().isoformat(),
        }
    _keep(draft, survey.faults, summary)
    return summary


def run_check(*, organization_id: UUID, draft_id: UUID) -> None:
    """This will do the check of a draft that was handed to the workers, under its job's lease. Canceled: nothing changes."""
    draft = RunDraft.objects.for_organization(organization_id).select_related("job", "version", "file").get(id=draft_id)
    held = Job.objects.for_organization(organization_id)
    if draft.job_id is None:
        return
    taken = claim(held.filter(id=draft.job_id), limit=1, lease=LEASE)
    if not taken.rows:
        return
    job = taken.rows[0]

    def go_on(rows: int) -> bool:
        return bool(held.held(taken.token).filter(id=job.pk).update(done=rows))

    with kept(lambda: held.renew(taken.token, lease=LEASE), LEASE):
        try:
            summary = check_draft(draft=draft, go_on=go_on)
        except (TableError, NoTableError, MappingIncompleteError) as error:
            held.held(taken.token).filter(id=job.pk).update(reason=str(error))
            with transaction.atomic():
                jobs.finish(job=job, done=0, failed=1)
            return
    if summary is not None and held.held(taken.token).filter(id=job.pk).exists():
        with transaction.atomic():
            jobs.finish(job=job, done=summary["rows"], failed=0)


class _Survey:
    """What is gathered on the way: faults to keep, languages, file names."""

    def __init__(self, draft: RunDraft, reading: Pass) -> None:
        self.draft, self.reading = draft, reading
        self.faults: list[RowFault] = []
        self.kept_rows = 0
        self.languages: Counter[str] = Counter()
        self.names, self.renamed, self.longest = UniqueNames(), 0, ""

    def add(self, batch: ValidatedBatch) -> None:
        """This will take in a batch of validated rows."""
        pattern, extension = self.draft.options.get("file_name") or "{row:05}", self.draft.options.get("format", "pdf")
        for number, faults in batch.faults.items():
            if self.kept_rows < MAX_STORED:
                self.kept_rows += 1
                values, source = batch.values[number - batch.first], batch.source[number - batch.first]
                lines = range(len(source)) if self.reading.mapping.grouping else ()
                self.faults += as_rows(
                    faults,
                    organization_id=self.draft.organization_id,
                    draft=self.draft,
                    shown=shown_values(values, self.reading.fields),
                    lines=lines,
                )
        rows = batch.ready()
        owns = rows.column("lang")
        self.languages.update(own if isinstance(own, str) else "" for own in owns)
        languages = [str(own or "") for own in owns]
        wanted = file_names(pattern, rows.column, rows=rows.numbers, extension=extension, languages=languages)
        given = self.names.give_all(wanted)
        self.renamed += sum(map(ne, given, wanted))
        self.longest = max([self.longest, *given], key=len)

    def summary(self) -> dict[str, Any]:
        """This will give what the pages show, as plain values."""
        totals = self.reading.validation.totals
        names = [field.path for field in fields_of(self.draft.version.schema) if "." not in field.path]
        extremes = self.reading.validation.extremes.rows(names)
        return {
            "rows": totals.rows,
            "ready": totals.ready,
            "faulty": totals.faulty,
            "codes": {code: count for code, count in totals.codes.most_common() if code in MESSAGES},
            "kept_rows": self.kept_rows,
            "languages": dict(self.languages),
            "names": {"renamed": self.renamed, "longest": self.longest},
            "extremes": [
                {
                    "reason": row.reason,
                    "number": row.number,
                    "values": storable(dict(row.values)),
                    "field": row.field,
                    "characters": row.characters,
                    "empty_fields": list(row.empty_fields),
                }
                for row in extremes
            ],
        }


def _keep(draft: RunDraft, faults: list[RowFault], summary: dict[str, Any]) -> None:
    with transaction.atomic():
        locked = RunDraft.objects.for_organization(draft.organization_id).select_for_update().get(id=draft.pk)
        RowFault.objects.for_organization(draft.organization_id).filter(draft=draft).delete()
        RowFault.objects.bulk_create(faults, batch_size=500)
        locked.summary = {**locked.summary, "check": summary}
        locked.save(update_fields=["summary"])
    draft.summary = locked.summary
