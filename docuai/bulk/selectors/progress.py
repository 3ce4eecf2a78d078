"""How a run stands: rows by state, documents a second, when it will end, what was lost and taken up again."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import Now
from django.utils import timezone

from docuai.bulk.models import BulkRun, RunRow

WATCHED = 600  # of the rows made last
RECENT_SECONDS = 20.0
POINTS = 24
PICTURED = 50


@dataclass(frozen=True, slots=True)
class Loss:
    """Workers that gave no sign of life: how many, since when, and how many rows others took up again."""

    workers: int
    at: datetime
    rows: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Everything the head of a run's page says."""

    counts: dict[str, int]
    workers: int = 0
    rate: float = 0.0
    ends_at: datetime | None = None
    line: str = ""
    area: str = ""
    latest: int = 0
    loss: Loss | None = None
    chart: dict[str, Any] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def closed(self) -> int:
        return self.counts["done"] + self.counts["failed"]

    @property
    def left(self) -> int:
        return self.counts["queued"] + self.counts["running"]

    @property
    def percent(self) -> dict[str, float]:
        return {state: 100 * count / (self.total or 1) for state, count in self.counts.items()}


def progress_of(run: BulkRun, *, now: datetime | None = None) -> Progress:
    """This will read how a run stands: one query for the counts, one more while it runs."""
    rows = RunRow.objects.for_organization(run.organization_id).filter(run=run)
    alive = Q(lease_until__gt=Now())  # who is dead counts no longer, also before another takes the rows up
    found = list(
        rows.values_list("state").annotate(n=Count("id"), held=Count("lease_token", distinct=True, filter=alive))
    )
    counts = dict.fromkeys(RunRow.State.values, 0) | {state: n for state, n, _ in found}
    workers = sum(held for state, _, held in found if state == "running")
    if run.purged_at:
        counts |= {"done": run.job.done, "failed": run.job.failed}
    done = rows.filter(state="done").order_by("-number").values_list("number", "finished_at")
    last = [(number, at) for number, at in done[: 1 if run.job.ended else WATCHED] if at]
    rate = 0.0 if run.job.ended else _rate([at for _, at in last], now or timezone.now())
    line, area = _drawn([at for _, at in last]) if not run.job.ended else ("", "")
    left = counts["queued"] + counts["running"]
    ends_at = timezone.now() + timedelta(seconds=left / rate) if rate and left and run.job.state == "running" else None
    latest = _pictured([number for number, _ in last])
    return Progress(
        counts, workers, rate, ends_at, line, area, latest, _loss(run), chart_of(run.job.result.get("speed"))
    )


def _pictured(numbers: list[int]) -> int:
    """The row whose document is shown: each fiftieth, so that the picture does not flicker with every batch."""
    return next((number for number in numbers if number % PICTURED == 0), numbers[-1] if numbers else 0)


def _rate(instants: list[datetime], now: datetime) -> float:
    since = now - timedelta(seconds=RECENT_SECONDS)
    recent = [at for at in instants if at >= since]
    if len(recent) < 2:
        return 0.0
    seconds = max((now - min(recent)).total_seconds(), 1.0)
    return len(recent) / seconds


def _drawn(instants: list[datetime]) -> tuple[str, str]:
    """The rate as a line of 96 by 24: one point a second, the newest at the end."""
    if not instants:
        return "", ""
    end = max(instants)
    counts = [0] * POINTS
    for at in instants:
        second = int((end - at).total_seconds())
        if second < POINTS:
            counts[POINTS - 1 - second] += 1
    seen = max((end - min(instants)).total_seconds(), 1)
    counts = counts[max(0, POINTS - 1 - int(seen)) :]
    top = max(counts) or 1
    step = 96 / max(len(counts) - 1, 1)
    points = [f"{index * step:.1f} {22 - 20 * count / top:.1f}" for index, count in enumerate(counts)]
    path = "M" + "L".join(points)
    return path, f"{path}L96 24L0 24z"


def chart_of(speed: dict[str, Any] | None) -> dict[str, Any]:
    """This will draw documents a second over an ended run: paths in a field of 100 by 100, the marks beside it, a table."""
    if not speed or len(speed["rates"]) < 3:
        return {}
    rates = speed["rates"]
    top = _round_top(max(rates))
    step = 100 / (len(rates) - 1)
    path = "M" + "L".join(f"{index * step:.2f} {100 - 100 * rate / top:.1f}" for index, rate in enumerate(rates))
    begin = datetime.fromtimestamp(speed["begin"], tz=timezone.get_current_timezone())
    at = [begin + timedelta(seconds=index * speed["step"]) for index in range(len(rates))]
    marks = [at[int(part * (len(at) - 1))] for part in (0, 0.5, 1)]
    average = sum(rates) / len(rates)
    return {
        "line": path,
        "area": f"{path}V100H0z",
        "top": top,
        "half": top / 2,
        "marks": marks,
        "average": average,
        "slowest": min(rates),
        "table": list(zip(at, rates, strict=True)),
    }


def _round_top(value: float) -> float:
    for top in (1, 2, 4, 10, 20, 40, 60, 100, 200, 400, 1000, 2000, 5000):
        if value <= top:
            return top
    return value


def _loss(run: BulkRun) -> Loss | None:
    lost = list(run.job.result.get("lost", {}).values())
    if not lost:
        return None
    return Loss(len(lost), datetime.fromisoformat(lost[0]["at"]), sum(entry["rows"] for entry in lost))
