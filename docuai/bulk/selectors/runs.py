"""Runs as lists show them, the work that follows on them, their logs in words."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext

from docuai.bulk.models import BulkRun, Document, RunRow
from platform_core.accounts.models import User
from platform_core.files.selectors import read_bytes
from platform_core.jobs.models import Job, JobLogLine
from platform_core.jobs.selectors import log_lines
from platform_core.kits.web import numbers

TONES = {"info": "", "warn": "warn", "bad": "bad"}


@dataclass(frozen=True, slots=True)
class RunCard:
    """A run as the list shows it, with its rows by state."""

    run: BulkRun
    counts: dict[str, int]

    @property
    def done_percent(self) -> float:
        return percentages(self.counts)["done"]

    @property
    def failed_percent(self) -> float:
        return percentages(self.counts)["failed"]


@dataclass(frozen=True, slots=True)
class FollowUps:
    """The newest job of each kind that was asked for on a run's documents."""

    verify: Job | None = None
    merge: Job | None = None
    mail: Job | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the log in the reader's language."""

    at: datetime
    tone: str
    text: str


def counts(run: BulkRun) -> dict[str, int]:
    """This will count the run's rows by state, every state present."""
    rows = RunRow.objects.for_organization(run.organization_id).filter(run=run)
    return _every_state(rows.values_list("state").annotate(n=Count("id")))


def percentages(counts: dict[str, int]) -> dict[str, float]:
    """This will give each count as a share of all rows in percent."""
    total = sum(counts.values()) or 1
    return {state: 100 * count / total for state, count in counts.items()}


def latest_run(organization_id: UUID) -> tuple[BulkRun, int] | None:
    """This will read the organization's newest run with the number of its finished rows in one query."""
    runs = (
        BulkRun.objects.for_organization(organization_id).filter(deleted_at=None, is_test=False).select_related("job")
    )
    made = Count("rows", filter=Q(rows__state="done"))
    found = runs.annotate(made=made).order_by("-number").first()
    return (found, found.made) if found else None


def run_cards(runs: Sequence[BulkRun]) -> list[RunCard]:
    """This will add the counts to runs: an ended job has them, the rows of open ones are counted in one query."""
    live = [run for run in runs if not run.job.ended]
    found: dict[UUID, list[tuple[str, int]]] = defaultdict(list)
    if live:
        rows = RunRow.objects.for_organization(live[0].organization_id).filter(run__in=live)
        for run_id, state, count in rows.values_list("run_id", "state").annotate(n=Count("id")):
            found[run_id].append((state, count))
    return [RunCard(run, _every_state(found[run.pk] if run in live else _ended_counts(run.job))) for run in runs]


def follow_ups(run: BulkRun) -> FollowUps:
    """This will find what was asked for on a run's documents, the newest of each kind (one query)."""
    kinds = {"docuai.verify": "verify", "docuai.merge": "merge", "docuai.mail": "mail"}
    jobs = Job.objects.for_organization(run.organization_id).filter(subject_id=run.pk, kind__in=kinds)
    newest = jobs.order_by("kind", "-created_at").distinct("kind")
    return FollowUps(**{kinds[job.kind]: job for job in newest})


def said_log(job: Job, *, limit: int = 0) -> list[LogLine]:
    """This will give a job's log, the newest line first, in the reader's language; persons are named where it says who."""
    lines: QuerySet[JobLogLine] = log_lines(job)
    chosen = list(lines[:limit] if limit else lines)
    ids = {line.parameters[name] for line in chosen for name in ("actor", "by") if line.parameters.get(name)}
    names = {str(user.pk): user.get_full_name() for user in User.objects.filter(pk__in=ids)} if ids else {}
    return [LogLine(line.at, TONES.get(line.level, ""), _said(line, names)) for line in chosen]


def valid_documents(run: BulkRun) -> Iterator[Document]:
    """This will give the run's valid documents in the order of its rows."""
    documents = Document.objects.for_organization(run.organization_id).filter(run=run, state="valid")
    yield from documents.select_related("row").order_by("row__number").iterator(chunk_size=500)


def content_of(document: Document) -> bytes:
    """This will read a document's bytes out of its pack."""
    return read_bytes(key=document.pack_key, offset=document.offset_bytes, size=document.size_bytes)


def _said(line: JobLogLine, names: dict[str, str]) -> str:
    words = {key: _word(key, value, names) for key, value in line.parameters.items()}
    try:
        return gettext(line.message) % words
    except (KeyError, ValueError, TypeError):
        return gettext(line.message)


def _word(key: str, value: Any, names: dict[str, str]) -> str:
    if key in ("actor", "by"):
        return names.get(str(value), str(value))
    return numbers.write(value) if isinstance(value, int | float) else str(value)


def _ended_counts(job: Job) -> list[tuple[str, int]]:
    return [("done", job.done), ("failed", job.failed), ("canceled", max(job.total - job.done - job.failed, 0))]


def _every_state(found: Iterable[tuple[str, int]]) -> dict[str, int]:
    known = dict(found)
    return {state: known.get(state, 0) for state in RunRow.State.values}
