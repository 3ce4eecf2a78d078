"""The table: what the user's document asks, what it says of itself, what we reach, and how that was measured.

No figure stands in here but the document's own: all of ours come out of a run, through `var/bench.json`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.results import Figure, Outcome

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class DocumentTarget:
    """A target named in the user's document, its own figure, and which of our figures answers it."""

    target: str
    own: str
    figure: str = ""
    because: str = ""


DOCUMENT_TARGETS = (
    DocumentTarget("API response time < 500 ms", "300 ms", "api p99"),
    DocumentTarget("page load < 2 s", "1.5 s", "largest paint"),
    DocumentTarget("database query < 100 ms", "50 ms", "statements of a page"),
    DocumentTarget("10,000+ concurrent users", "5,000", "users"),
    DocumentTarget("1,000 requests/s", "500 req/s", "api rate"),
    DocumentTarget("error rate < 0.1 %", "none", "api errors"),
    DocumentTarget(
        "uptime 99.9 %", "none", "", "Not a figure of a program at rest: kill tests stop each part in mid-run."
    ),
    DocumentTarget("failed logins < 5 %; critical vulnerabilities 0", "none", "", "Needs people in production."),
    DocumentTarget("active users, revenue: growth 20 %", "none", "", "Needs customers."),
)


def rows(outcomes: Iterable[Outcome]) -> list[tuple[str, str, str, str, str]]:
    """This will give the table's rows: target, the document's own figure, ours, verdict, how measured."""
    found = list(outcomes)
    figures = {figure.name: figure for outcome in found for figure in outcome.figures}
    answered = {each.figure for each in DOCUMENT_TARGETS if each.figure}
    table = [_document_row(each, figures) for each in DOCUMENT_TARGETS]
    for outcome in found:
        if outcome.error:
            table.append((outcome.benchmark, "", "not run", "FAILED", outcome.error))
        for figure in outcome.figures:
            if figure.name not in answered or figure.must or figure.aim:
                table.append((_asked(figure), "", figure.ours, figure.verdict, figure.how))
    return table


def _document_row(each: DocumentTarget, figures: dict[str, Figure]) -> tuple[str, str, str, str, str]:
    figure = figures.get(each.figure)
    if figure is None:
        return each.target, each.own, NOT_MEASURED, "", each.because or "This benchmark was not run."
    return each.target, each.own, figure.ours, "", figure.how


def _asked(figure: Figure) -> str:
    bounds = [str(figure.must)] if figure.must else []
    bounds += [f"aim {figure.aim}"] if figure.aim else []
    return f"{figure.name}: {'; '.join(bounds)}" if bounds else figure.name


def as_text(table: Sequence[tuple[str, ...]], *, width: int = 52) -> str:
    """This will write the table for a terminal: a line a row, the how below it."""
    lines = []
    for target, own, ours, verdict, how in table:
        document = f"   (document: {own})" if own else ""
        lines.append(f"{verdict or '':<8}{target:<{width}} {ours}{document}\n{'':<8}{how}")
    return "\n".join(lines)


def as_markdown(table: Sequence[tuple[str, ...]], *, taken: str) -> str:
    """This will write the table as README shows it, with a line on when and where it was taken."""
    head = ["| Target | The document's own figure | Ours | | How measured |", "|---|---|---|---|---|"]
    body = ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in table]
    return "\n".join([taken, "", *head, *body])


def write_readme(file: Path, text: str) -> None:
    """This will put the table between the two comments of README; raises ValueError where they are missing."""
    content = file.read_text()
    before, begin, rest = content.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{file.name} has no {BEGIN} … {END}: add both comments where the table belongs.")
    file.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")
