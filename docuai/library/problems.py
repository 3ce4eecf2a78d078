"""Problems as they are stored with a version: code and parameters, so that their words are the reader's own."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from docuai.engines.services import EngineError, Location, Problem
from docuai.library.models import TemplateVersion

SEVERITIES = ("error", "warning", "notice")


def as_rows(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    """This will give problems as plain values; the words are kept too, for programs that read them."""
    return [
        {
            "severity": problem.severity,
            "code": problem.code,
            "params": dict(problem.params),
            "message": problem.message,
            "hint": problem.hint,
            "location": str(problem.location),
            "place": asdict(problem.location),
        }
        for problem in problems
    ]


def problems_of(version: TemplateVersion) -> list[Problem]:
    """This will give what inspection found, worded in the reader's language; what stops publishing first."""
    return by_severity([_made_again(item) for item in version.problems])


def by_severity(problems: Sequence[Problem]) -> list[Problem]:
    """This will put what stops publishing first."""
    return sorted(problems, key=lambda problem: SEVERITIES.index(problem.severity))


def as_problem(error: EngineError) -> Problem:
    """This will give an error of rendering as a problem of the template."""
    return Problem("error", error.code, error.params, error.location)


def _made_again(item: Mapping[str, Any]) -> Problem:
    place = item["place"] if "place" in item else {"snippet": item.get("location", "")}
    params = item.get("params", {"detail": item.get("message", "")})
    return Problem(item["severity"], item["code"], params, Location(**place))
