"""Numbered pages of a list, the page in the address."""

from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Shown:
    """One page: its rows, and the numbers that its footer says."""

    rows: list[Any]
    number: int
    first: int
    last: int
    total: int
    previous: int | None
    next: int | None


def paginate(request: HttpRequest, rows: Any, *, size: int = PAGE_SIZE, parameter: str = "page") -> Shown:
    """This will cut the page that the address names out of ``rows`` (queryset or list); a wrong number gives the nearest."""
    page: Page[Any] = Paginator(rows, size).get_page(request.GET.get(parameter))
    return Shown(
        rows=list(page.object_list),
        number=page.number,
        first=page.start_index(),
        last=page.end_index(),
        total=page.paginator.count,
        previous=page.previous_page_number() if page.has_previous() else None,
        next=page.next_page_number() if page.has_next() else None,
    )
