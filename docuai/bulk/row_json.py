"""A row's values as the JSON that is stored: keys in order, so that the same values give the same text (but see `columns_json`)."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from docuai.bulk.applying import Columns

Pieces = list[str | Sequence[str]]  # a text that stands in every row, or the rows' own texts
_SORTED = orjson.OPT_SORT_KEYS
_NUMBERS = ({int}, {float})


def row_json(data: Mapping[str, Any]) -> bytes:
    """This will write a row's values as JSON."""
    return orjson.dumps(data, str, _SORTED)


def rows_json(rows: Sequence[Mapping[str, Any]]) -> Pieces:
    """This will write the values of each row as JSON, in one piece."""
    return [[row_json(row).decode() for row in rows]]


def columns_json(columns: Columns) -> Pieces | None:
    """This will write what `rows_json` writes, without making rows: texts by piece, to be put together row by row.

    Keys stand as the database sorts them, by length, which spares it a sixth of its work; those that some rows lack come
    last. None where no field is filled in every row: then there is nothing to begin with.
    """
    names = sorted(columns.by_field, key=lambda name: (len(name.encode()), name.encode()))
    always = [name for name in names if name in columns.nullable or None not in columns.by_field[name]]
    if not always:
        return None
    pieces: Pieces = []
    fixed, comma = "{", ""
    for name in always:
        fixed += f"{comma}{_json(name)}:"
        comma = ","
        before, cells, after = _cells(columns.by_field[name], columns.distinct[name])
        fixed += before
        if cells:
            pieces += [fixed, cells]
            fixed = ""
        fixed += after
    for name in names:
        if name not in always:
            start = f",{_json(name)}:"
            found = [f"{start}{_json(cell)}" if cell is not None else "" for cell in columns.by_field[name]]
            pieces += [fixed, found]
            fixed = ""
    return [*pieces, f"{fixed}}}"]


def _cells(column: Sequence[Any], distinct: Sequence[Any]) -> tuple[str, Sequence[str], str]:
    """What stands before the cells of a column as JSON, the cells, and what stands after them: no cells if all are alike."""
    if len(distinct) == 1 and distinct[0] != 0:  # 0.0 and -0.0 are equal
        return _json(distinct[0]), (), ""
    kinds = set(map(type, distinct))
    if kinds == {str}:
        whole = "".join(distinct)
        if whole.isprintable() and '"' not in whole and "\\" not in whole:
            return '"', column, '"'
    if kinds <= {str, type(None)}:
        known = {text: _json(text) for text in distinct}
        return "", list(map(known.__getitem__, column)), ""
    if kinds in _NUMBERS:
        return "", orjson.dumps(column).decode()[1:-1].split(","), ""
    return "", list(map(_json, column)), ""


def _json(value: Any) -> str:
    return orjson.dumps(value, str, _SORTED).decode()
