"""Lists in pages by a cursor: the key of the last row that was shown. Rows that come or go meanwhile shift nothing.

The list is a ``.values()`` queryset that names the columns of its order; ids are UUIDv7, so ``-id`` is newest first and
uses the table's own key ``(organization_id, id)``.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request

from platform_core.kits.api.prepared import Question, answer
from platform_core.kits.api.problems import ParameterError
from platform_core.kits.api.rendering import dumps

SIZE, MAX_SIZE, MAX_CURSOR = 25, 100, 1000


def cursor_page(
    request: Request, rows: QuerySet[Any, Any] | Question, *, order: tuple[str, ...] = ("-id",)
) -> dict[str, Any]:
    """This will cut the page that ``cursor`` and ``limit`` name: ``results`` and the address of the ``next`` page or None.

    One query; of a ``Question`` it is compiled once. The last column of ``order`` must be unique, none may be null.
    Raises ParameterError.
    """
    size = _size(request.query_params.get("limit"))
    cursor = request.query_params.get("cursor")
    after = _decode(cursor, rows.model, order) if cursor else []

    def cut(all_rows: QuerySet[Any, Any], after: Sequence[Any]) -> QuerySet[Any, Any]:
        later = all_rows.filter(_after(order, after)) if after else all_rows
        return later.order_by(*order)[: size + 1]

    found = answer(rows, cut, after, (order, size)) if isinstance(rows, Question) else list(cut(rows, after))
    results = found[:size]
    last = results[-1] if len(found) > size else None
    return {"results": results, "next": _address(request, last, order) if last else None}


def _after(order: tuple[str, ...], values: Sequence[Any]) -> Q:
    """Rows past the key: the first column differs, or it is equal and the next one differs, and so on."""
    condition = Q()
    for place, column in enumerate(order):
        equal = {order[n].lstrip("-"): values[n] for n in range(place)}
        side = "lt" if column.startswith("-") else "gt"
        condition |= Q(**equal, **{f"{column.lstrip('-')}__{side}": values[place]})
    return condition


def _address(request: Request, row: dict[str, Any], order: tuple[str, ...]) -> str:
    packed = dumps([row[column.lstrip("-")] for column in order])
    query = dict(request.query_params.lists())
    query["cursor"] = [base64.urlsafe_b64encode(packed).decode().rstrip("=")]
    return f"{request.build_absolute_uri(request.path)}?{urlencode(query, doseq=True)}"


def _decode(cursor: str, model: type[Model], order: tuple[str, ...]) -> list[Any]:
    try:
        if len(cursor) > MAX_CURSOR:
            raise ValueError
        packed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        values = orjson.loads(packed)
        if not isinstance(values, list) or len(values) != len(order):
            raise ValueError
        fields = [model._meta.get_field(column.lstrip("-")) for column in order]
        return [_typed(field, value) for field, value in zip(fields, values, strict=True)]
    except (ValueError, binascii.Error, ValidationError, TypeError, OverflowError) as error:
        text = _("This cursor is not one of this list. Take the address in next as it is, or start without one.")
        raise ParameterError("cursor", text) from error


def _typed(field: Any, value: Any) -> Any:
    found = field.to_python(value)
    if found is None or (isinstance(found, str) and "\0" in found) or isinstance(value, bool):
        raise ValueError
    field.get_prep_value(found)
    return found


def _size(given: str | None) -> int:
    if given is None:
        return SIZE
    if not given.isascii() or not given.isdecimal() or not 1 <= int(given[:9]) <= MAX_SIZE or len(given) > 9:
        raise ParameterError("limit", _("Ask for 1 to %(count)s rows a page.") % {"count": MAX_SIZE})
    return int(given)
