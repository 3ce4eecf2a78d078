"""Importing the table of a launched run in the worker: read, map, validate, store all rows at once, then render.

Under the lease of the run's job, fenced by its token: a worker that lost it stores nothing. Nothing is stored before the
whole table was read, so a killed import starts over without doubles, and one that was canceled leaves no row.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext as _

from docuai.bulk.faults import Fault
from docuai.bulk.fields import DELIVERY_EMAIL
from docuai.bulk.models import BulkRun, NumberSequence, RowFault
from docuai.bulk.naming import UniqueNames, file_names
from docuai.bulk.passes import MappingIncompleteError, NoTableError, Pass, language_of, one_pass, serials
from docuai.bulk.spooling import Spool
from docuai.bulk.storing_faults import MAX_STORED, as_rows, storable
from docuai.bulk.table_validation import ValidatedBatch
from docuai.bulk.tables.errors import TableError
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.kits.work.claiming import claim
from platform_core.kits.work.keeping import kept
from platform_core.kits.work.leases import MAX_ATTEMPTS

LEASE = timedelta(seconds=30)
KEEP, LEAVE_OUT, REFUSE = "keep", "leave_out", "refuse"
LOOK_ROWS = 2000
TRIES = 5


class Canceled(Exception):
    """The job is no longer ours: canceled, paused, or taken over by another worker."""


class Refused(Exception):
    """The table cannot be used; the message is the job's reason."""


def import_rows(*, organization_id: UUID, run_id: UUID) -> bool:
    """This will store the rows of a run that is being read; True when its documents can be made."""
    runs = BulkRun.objects.for_organization(organization_id).filter(id=run_id, stage=BulkRun.Stage.READING)
    run = runs.select_related("job", "version", "file").filter(deleted_at=None).first()
    if run is None or run.job.state not in Job.OPEN:
        return False
    held = Job.objects.for_organization(organization_id)
    taken = claim(held.filter(id=run.job_id), limit=1, lease=LEASE)
    if not taken.rows:
        return False
    job, token = taken.rows[0], taken.token
    if job.attempts > MAX_ATTEMPTS:
        held.move(job.pk, "parked", reason=_("Reading the table has ended the worker three times."))
        return False
    held.held(token).filter(id=job.pk).update(started_at=Coalesce("started_at", Now()))
    try:
        with kept(lambda: held.renew(token, lease=LEASE), LEASE):
            _Import(run, token).work()
    except Canceled:
        return False
    except (TableError, NoTableError, MappingIncompleteError, Refused) as error:
        _fail(run, token, str(error) or _("The table of this run is gone."))
        return False
    return True


class _Import:
    """One try at a run's table."""

    def __init__(self, run: BulkRun, token: UUID) -> None:
        self.run, self.token, self.options = run, token, run.options
        self.held = Job.objects.for_organization(run.organization_id).held(token).filter(id=run.job_id)
        self.sequence = str(run.options.get("sequence") or "")
        self.bad = str(run.options.get("on_bad_rows") or KEEP)

    def work(self) -> None:
        """This will read until the numbers taken for granted are still free when the rows are stored."""
        for _try in range(TRIES):
            first = self._next_number()
            spool = Spool()
            try:
                with one_pass(self.run, first_number=first) as reading:
                    numbered = reading.sequence_fields
                    faults = self._spool(spool, reading, first)
                    if self._store(spool, faults, reading, first if numbered else None):
                        return
            finally:
                spool.close()
        raise Refused(_("Other runs take numbers of the same sequence all the time. Launch it again."))

    def _spool(self, spool: Spool, reading: Pass, first: int) -> list[RowFault]:
        """Write every row to the spool and give the faults to keep. Looks every few thousand rows whether to go on."""
        names, looked, good = UniqueNames(), 0, 0
        faults: list[RowFault] = []
        for batch in reading.batches:
            bad = batch.faults
            if bad and self.bad == REFUSE:
                continue  # counted by the validation, said at the end
            good += self._good(spool, batch, names, reading.sequence_fields, first + good)
            for number, found in bad.items():
                values = batch.values[number - batch.first]
                if len(faults) < MAX_STORED:
                    faults += as_rows(found, organization_id=self.run.organization_id, run=self.run)
                if self.bad == KEEP:
                    self._bad(spool, number, values, found, names)
            if reading.validation.totals.rows - looked >= LOOK_ROWS:
                looked = reading.validation.totals.rows
                if not self.held.exists():
                    raise Canceled
        totals = reading.validation.totals
        if self.bad == REFUSE and totals.faulty:
            text = _("%(faulty)s of %(rows)s rows have faults, and the run was to start only without any.")
            raise Refused(text % {"faulty": totals.faulty, "rows": totals.rows})
        if not spool.rows:
            raise Refused(_("No row of the table can be used."))
        return faults

    def _good(
        self, spool: Spool, batch: ValidatedBatch, names: UniqueNames, numbered: Sequence[str], first: int
    ) -> int:
        chosen, pattern = str(self.options.get("language") or ""), str(self.options.get("file_name") or "{row:05}")
        extension = self.options["format"]
        numbers = [n for n in range(batch.first, batch.first + len(batch.values)) if n not in batch.faults]
        values = [batch.values[number - batch.first] for number in numbers]
        taken = serials(self.sequence, range(first, first + len(values))) if numbered else [""] * len(values)
        for field in numbered:
            for row, number in zip(values, taken, strict=True):
                row[field] = number
        languages = [language_of(row, chosen) for row in values]
        given = file_names(pattern, values, rows=numbers, extension=extension, languages=languages)
        emails = [str(row.get(DELIVERY_EMAIL) or "")[:254] for row in values]
        spool.add(numbers, values, names.give_all(given), languages, emails, taken)
        return len(values)

    def _bad(
        self, spool: Spool, number: int, values: dict[str, Any], found: Sequence[Fault], names: UniqueNames
    ) -> None:
        main = found[0]
        error = {"code": main.code, "message": main.message, "hint": "", "pointer": main.field, "column": main.column}
        name = names.give(f"{number:05}.{self.options['format']}")
        spool.add_failed(number, storable(values), name, "", storable(error))

    def _store(self, spool: Spool, faults: list[RowFault], reading: Pass, first: int | None) -> bool:
        """All rows in one short transaction; False when another run took numbers of the sequence meanwhile."""
        totals = reading.validation.totals
        with transaction.atomic():
            if not self.held.select_for_update().exists():
                raise Canceled
            if first is not None and not self._take_numbers(first, totals.ready):
                return False
            stored = spool.store(self.run, timezone.now())
            RowFault.objects.bulk_create(faults, batch_size=500)
            self.run.stage = BulkRun.Stage.RENDERING
            self.run.save(update_fields=["stage"])
            left_out = totals.faulty if self.bad == LEAVE_OUT else 0
            self.held.update(total=stored, lease_token=None, lease_until=None, attempts=0)
            jobs.log(
                job=self.run.job,
                message="Table read: %(stored)s rows, %(faulty)s with faults, %(left_out)s left out",
                stored=stored,
                faulty=totals.faulty,
                left_out=left_out,
            )
        return True

    def _next_number(self) -> int:
        sequences = NumberSequence.objects.for_organization(self.run.organization_id).filter(name=self.sequence)
        return next(iter(sequences.values_list("next_value", flat=True)), 1)

    def _take_numbers(self, first: int, count: int) -> bool:
        sequences = NumberSequence.objects.for_organization(self.run.organization_id)
        sequences.bulk_create(
            [NumberSequence(organization_id=self.run.organization_id, name=self.sequence)], ignore_conflicts=True
        )
        return bool(sequences.filter(name=self.sequence, next_value=first).update(next_value=first + count))


def _fail(run: BulkRun, token: UUID, reason: str) -> None:
    """The run ends with the reason; its table and settings stay, so that a new draft can be made of them."""
    with transaction.atomic():
        held = Job.objects.for_organization(run.organization_id).held(token).filter(id=run.job_id)
        if held.select_for_update().exists():
            held.update(reason=reason, lease_token=None, lease_until=None)
            jobs.log(job=run.job, level="bad", message="The table cannot be used: %(reason)s", reason=reason)
            jobs.finish(job=run.job, done=0, failed=max(1, run.job.total))
