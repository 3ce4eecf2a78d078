"""The work of a run: claim a batch, render it in the sandbox, store one pack, mark the rows that are still ours."""

import errno
import os
import signal
import time
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings

from docuai.bulk import finishing, lanes, losses
from docuai.bulk.models import BulkRun, RunRow
from docuai.bulk.packing import store
from docuai.engines import services as engines
from docuai.engines.services import EngineError, Rendered, RenderOptions
from docuai.library import services as library
from platform_core.jobs import services as jobs
from platform_core.jobs.models import Job
from platform_core.kits.work.claiming import Claim, claim
from platform_core.kits.work.keeping import kept

FIRST_BATCH, LEAST, MOST = 25, 5, 250
BATCH_SECONDS = 1.0  # so much work is lost at most with a worker, and so long another run waits for its turn
LEASE = timedelta(seconds=6)  # renewed four times as often, so a dead worker is noticed soon
MAX_ATTEMPTS = 5
OPTIONS = ("format", "language", "pdf_a", "document_date", "title", "brand")
_paces: OrderedDict[tuple[UUID, str], float] = OrderedDict()


def render_rows(*, organization_id: UUID, run_id: UUID) -> bool:
    """This will make one batch of documents of a run; True when there may be more to do.

    Exactly one document a row: a result counts only while the row's lease is ours, and a row has one valid document by
    constraint. A row that was taken MAX_ATTEMPTS times and never came back is failed with the reason.
    """
    run = _run(organization_id, run_id)
    if run is None or run.job.state not in Job.OPEN or run.stage != BulkRun.Stage.RENDERING:
        return False
    if finishing.pause_without_room(run=run):
        return False
    jobs.begin(job=run.job)
    rows = RunRow.objects.for_organization(organization_id)
    taken = claim(rows.filter(run=run_id), limit=_batch_size(run), order_by="number", lease=LEASE)
    if taken.lost:
        losses.note(run=run, lost=taken.lost)
    if taken.rows:
        with kept(lambda: rows.renew(taken.token, lease=LEASE), LEASE):
            _make(run, _without_suspects(run, taken))
    return not finishing.finish_if_complete(run=run) and bool(taken.rows)


def stop_flag(run_id: UUID) -> str:
    """This will name the flag by which the demo kills the next worker that is in the middle of a batch of the run."""
    return f"stop-worker:{{{run_id}}}"


def options_of(run: BulkRun) -> dict[str, Any]:
    """This will give the run's options as far as engines know them; the row's language may replace the run's.

    Documents of a test run carry the mark, whenever they are made.
    """
    known = {name: run.options[name] for name in OPTIONS if run.options.get(name) is not None}
    return known | {"test": run.is_test}


def render_each(run: BulkRun, rows: Sequence[RunRow]) -> Iterator[tuple[RunRow, Rendered | EngineError]]:
    """This will render rows, those of one language together, and give each with its document or its error."""
    version, options = library.source_of(version=run.version), options_of(run)
    for language in dict.fromkeys(row.language for row in rows):
        group = [row for row in rows if row.language == language]
        chosen = RenderOptions(**{**options, "check_text": True, **({"language": language} if language else {})})
        for result in engines.render_rows(version=version, rows=[row.data for row in group], options=chosen):
            found = result.rendered or result.error
            assert found is not None
            yield group[result.index], found


def _run(organization_id: UUID, run_id: UUID) -> BulkRun | None:
    runs = BulkRun.objects.for_organization(organization_id).filter(deleted_at=None, purged_at=None)
    return runs.select_related("job", "version").filter(id=run_id).first()


def _make(run: BulkRun, taken: Claim) -> None:
    worn_out = {row.pk for row in taken.rows if row.attempts > MAX_ATTEMPTS}
    failures: dict[UUID, dict[str, Any]] = {pk: as_stored(EngineError("engine_crash")) for pk in worn_out}
    made: dict[UUID, Rendered] = {}
    began = time.monotonic()
    for row, result in render_each(run, [row for row in taken.rows if row.pk not in worn_out]):
        if settings.DEMO and len(made) >= 3 and lanes.take_flag(stop_flag(run.pk)):
            os.kill(os.getpid(), signal.SIGKILL)  # "Stop a worker now": no handler runs, nothing is given back
        if isinstance(result, EngineError):
            failures[row.pk] = as_stored(result)
        else:
            made[row.pk] = result
    if made:
        _note_pace(run, (time.monotonic() - began) / len(made))
    try:
        store(run, taken, made, failures)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        finishing.pause_for_room(run=run, token=taken.token)


def _without_suspects(run: BulkRun, taken: Claim) -> Claim:
    """A row on its last try is tried alone: should it end this worker too, no other row is blamed for it."""
    suspects = [row for row in taken.rows if row.attempts == MAX_ATTEMPTS]
    if not suspects or len(taken.rows) == 1:
        return taken
    others = [row.pk for row in taken.rows if row.pk != suspects[0].pk]
    RunRow.objects.for_organization(run.organization_id).filter(id__in=others).release(taken.token)
    return Claim(taken.token, suspects[:1], taken.lost)


def _batch_size(run: BulkRun) -> int:
    seconds = _paces.get((run.version_id, run.options["format"]))
    return min(MOST, max(LEAST, int(BATCH_SECONDS / seconds))) if seconds else FIRST_BATCH


def _note_pace(run: BulkRun, seconds: float) -> None:
    _paces[(run.version_id, run.options["format"])] = max(seconds, 1e-4)
    if len(_paces) > 100:
        _paces.popitem(last=False)


def as_stored(error: EngineError) -> dict[str, Any]:
    """This will give an error as a row keeps it: words for people, a code and a pointer for programs."""
    return {
        "code": error.code,
        "message": str(error.message),
        "hint": str(error.hint),
        "pointer": "/" + error.location.path.replace(".", "/") if error.location.path else "",
        "params": {name: value for name, value in error.params.items() if isinstance(value, str | int | float)},
    }
