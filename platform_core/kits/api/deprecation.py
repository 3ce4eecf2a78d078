"""Operations that will go: ``Deprecation`` (RFC 9745), ``Sunset`` (RFC 8594) and a link to what takes their place.

    @extend_schema(operation_id="runs_list_old")
    @deprecated(since=date(2027, 1, 15), sunset=date(2027, 7, 15), link="/api/docs/#/DocuAI/runs_list")
    def get(self, request, slug): ...

Nothing is taken away within six months of being deprecated: a sunset earlier than that does not load.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from django.utils.http import http_date

NOTICE = timedelta(days=180)
Handler = TypeVar("Handler", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Since when an operation should not be used, when it goes, and where to read what to do."""

    since: date
    sunset: date | None
    link: str

    @property
    def headers(self) -> dict[str, str]:
        """What every answer of the operation says, refusals too."""
        found = {"Deprecation": f"@{_seconds(self.since)}", "Link": f'<{self.link}>; rel="deprecation"'}
        return found | ({"Sunset": http_date(_seconds(self.sunset))} if self.sunset else {})


def deprecated(*, since: date, link: str, sunset: date | None = None) -> Callable[[Handler], Handler]:
    """This will mark a handler; its days begin at midnight UTC. Raises ValueError for a sunset without six months' notice."""
    if sunset is not None and sunset - since < NOTICE:
        raise ValueError(f"a sunset on {sunset} gives less than {NOTICE.days} days of notice")

    def mark(handler: Handler) -> Handler:
        handler.deprecation = Deprecation(since, sunset, link)  # type: ignore[attr-defined]
        return handler

    return mark


def headers_of(handler: Any) -> dict[str, str]:
    """This will return the headers of a handler that is deprecated, none for any other."""
    found = getattr(handler, "deprecation", None)
    return found.headers if isinstance(found, Deprecation) else {}


def _seconds(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
