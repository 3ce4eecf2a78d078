"""Importing the table of a launched run in the worker: read, map, validate and store its rows, then render.

Under the lease of the run's job, fenced by its token: a worker that lost it stores nothing. Rows go to the database while
the table is read, all in one transaction that ends with the whole table: a killed import starts over without doubles, and
one that was canceled or refused leaves no row.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from docuai.bulk.faults import Fault
from docuai.bulk.fields import DELIVERY_EMAIL
from docuai.bulk.limits import TEST_ROWS
from docuai.bulk.models import BulkRun, NumberSequence, RowFault
from docuai.bulk.naming import UniqueNames, file_names, leads_with_row
from docuai.bulk.passes import MappingIncompleteError, NoTableError, Pass, addresses_of, languages_of, one_pass, serials
from docuai.bulk.storing_faults import MAX_STORED, as_rows, storable
from docuai.bulk.storing_rows import RowStore
from docuai.bulk.table_validation import ReadyRows
from docuai.bulk.tables.errors import TableError
from docuai.bulk.wording import stored_fault
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


class _NumbersTaken(Exception):
    """Another run took numbers of the same sequence while this table was read."""


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
            with one_pass(self.run, first_number=first) as reading, suppress(_NumbersTaken), transaction.atomic():
                with RowStore(self.run) as store:
                    faults = self._rows(store, reading, first)
                    store.finish()
                self._close(store.rows, faults, reading, first)
                return
        raise Refused(_("Other runs take numbers of the same sequence all the time. Launch it again."))

    def _rows(self, store: RowStore, reading: Pass, first: int) -> list[RowFault]:
        """Store every row and give the faults to keep. Looks every few thousand rows whether to go on."""
        names, looked, good = UniqueNames(), 0, 0
        faults: list[RowFault] = []
        for batch in reading.batches:
            bad = batch.faults
            if bad and self.bad == REFUSE:
                continue  # counted by the validation, said at the end
            good += self._good(store, batch.ready(), names, reading.sequence_fields, (first, good))
            for number, found in bad.items():
                values = batch.values[number - batch.first]
                if len(faults) < MAX_STORED:
                    faults += as_rows(found, organization_id=self.run.organization_id, run=self.run)
                if self.bad == KEEP:
                    self._bad(store, number, values, found, names)
            if reading.validation.totals.rows - looked >= LOOK_ROWS and store.end_part():
                looked = reading.validation.totals.rows
                if not self.held.exists():
                    raise Canceled
        totals = reading.validation.totals
        if self.run.is_test and store.rows > TEST_ROWS:  # the table said otherwise when the run was asked for
            raise Refused(_("A run of a test key takes %(limit)s rows at most.") % {"limit": TEST_ROWS})
        if self.bad == REFUSE and totals.faulty:
            text = _("%(faulty)s of %(rows)s rows have faults, and the run was to start only without any.")
            raise Refused(text % {"faulty": totals.faulty, "rows": totals.rows})
        if not store.rows:
            raise Refused(_("No row of the table can be used."))
        return faults

    def _good(
        self, store: RowStore, rows: ReadyRows, names: UniqueNames, numbered: Sequence[str], taken: tuple[int, int]
    ) -> int:
        """Store the rows without a fault. `taken`: the first number of the sequence, and how many were given before."""
        chosen, pattern = str(self.options.get("language") or ""), str(self.options.get("file_name") or "{row:05}")
        extension, count = self.options["format"], len(rows.numbers)
        first, good = taken
        serial: Sequence[str] = [""] * count
        if numbered and rows.columns is not None and rows.numbers == range(good + 1, good + 1 + count):
            serial = rows.column(numbered[0])  # no row was left out so far: all were numbered as they were read
        elif numbered:
            serial = serials(self.sequence, range(first + good, first + good + count))
            for field in numbered:
                rows.fill(field, serial)
        languages = languages_of(rows.column("lang"), chosen)
        given = file_names(pattern, rows.column, rows=rows.numbers, extension=extension, languages=languages)
        if not leads_with_row(pattern):
            given = names.give_all(given)
        store.add(rows.numbers, rows.json(), given, languages, addresses_of(rows.column(DELIVERY_EMAIL)), serial)
        return count

    def _bad(
        self, store: RowStore, number: int, values: dict[str, Any], found: Sequence[Fault], names: UniqueNames
    ) -> None:
        name = names.give(f"{number:05}.{self.options['format']}")
        store.add_failed(number, storable(values), name, "", storable(stored_fault(found[0])))

    def _close(self, stored: int, faults: list[RowFault], reading: Pass, first: int) -> None:
        """The end of the transaction; raises when the job is no longer ours or another run took numbers meanwhile."""
        totals = reading.validation.totals
        if not self.held.select_for_update().exists():
            raise Canceled
        if reading.sequence_fields and not self.run.is_test and not self._take_numbers(first, totals.ready):
            raise _NumbersTaken
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
