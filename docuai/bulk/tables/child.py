"""What a sandbox child does with an XLSX file: check it, parse it with calamine, send its rows as text.

`handle` is the handler of `platform_core.kits.sandbox`; it takes no path and touches no disk, so tests call it directly.
Formulas are their cached values and are never evaluated.
"""

import importlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import chain, islice
from typing import Any

from docuai.bulk.tables.errors import TableError
from docuai.bulk.tables.headers import SEARCHED_LINES, likely_header_row
from docuai.bulk.tables.limits import BATCH_ROWS, MAX_ROWS
from docuai.bulk.tables.workbook_scan import Scan, scan_workbook

Answer = tuple[dict[str, Any], bytes]


def handle(request: dict[str, Any], body: bytes) -> Iterator[Answer]:
    """This will answer first with sheets, header and columns, then with batches of rows; an error is an answer too."""
    try:
        yield from _answers(request, body)
    except TableError as error:
        yield {"error": {"code": error.code, "params": dict(error.params)}}, b""


def _answers(request: dict[str, Any], body: bytes) -> Iterator[Answer]:
    scan = scan_workbook(body)
    book = _open(body)
    names = [sheet.name for sheet in book.sheets_metadata if str(sheet.typ).endswith("WorkSheet")]
    if not names:
        raise TableError("no_sheets")
    wanted = request.get("sheet")
    if wanted is not None and wanted not in names:
        raise TableError("no_such_sheet", sheet=wanted, sheets=", ".join(names))
    name, sheet = _sheet_with_cells(book, [wanted] if wanted is not None else names)
    rows = _text_rows(sheet, scan, scan.parts.get(name, ""))
    header_row = request.get("header_row")
    seen = list(islice(rows, max(SEARCHED_LINES * 2, header_row or 0)))
    if header_row is None:
        header_row = likely_header_row([cells for cells, _ in seen])
    if header_row > len(seen):
        raise TableError("header_missing", number=header_row)
    header = seen[header_row - 1][0] if header_row else []
    yield {"sheets": names, "sheet": name, "header_row": header_row, "header": header, "width": int(sheet.width)}, b""
    yield from _batches(chain(seen[header_row:], rows))


def _open(body: bytes) -> Any:
    calamine = importlib.import_module("python_calamine")
    try:
        return calamine.CalamineWorkbook.from_filelike(BytesIO(body))
    except calamine.PasswordError as error:
        raise TableError("password", file_name="") from error
    except (calamine.CalamineError, ValueError, OSError) as error:
        raise TableError("workbook_damaged") from error


def _sheet_with_cells(book: Any, names: list[str]) -> tuple[str, Any]:
    calamine = importlib.import_module("python_calamine")
    for name in names:
        try:
            sheet = book.get_sheet_by_name(name)
        except (calamine.CalamineError, ValueError) as error:
            raise TableError("workbook_damaged") from error
        if sheet.height:
            return name, sheet
    raise TableError("no_rows")


def _text_rows(sheet: Any, scan: Scan, part: str) -> Iterator[tuple[list[str], list[list[Any]]]]:
    """Each row as text with its odd cells as [column, code, value], blank rows too: their lines count."""
    errors, formulas = scan.errors.get(part, {}), scan.formulas.get(part, set())
    odd: dict[int, list[list[Any]]] = {}
    first_column = sheet.start[1] if sheet.start else 0
    for (row, column), value in errors.items():
        odd.setdefault(row, []).append([column - first_column, "error_value", value])
    for row, column in formulas:
        odd.setdefault(row, []).append([column - first_column, "formula_without_value", ""])
    for index, cells in enumerate(sheet.iter_rows()):
        texts = [cell if type(cell) is str else as_text(cell) for cell in cells]
        for column, code, value in odd.get(index, ()):
            if code == "error_value" and 0 <= column < len(texts):
                texts[column] = value
        yield texts, odd.get(index, [])


def _batches(rows: Iterable[tuple[list[str], list[list[Any]]]]) -> Iterator[Answer]:
    batch: list[list[str]] = []
    odd: list[list[Any]] = []
    sent = blank = 0
    for cells, marks in rows:
        if not any(cells) and not marks:
            blank += 1
            continue
        odd += [[len(batch), *mark] for mark in marks]
        batch.append(cells)
        if len(batch) == BATCH_ROWS:
            yield {"rows": batch, "odd": odd, "blank_rows": blank}, b""
            sent, batch, odd, blank = sent + len(batch), [], [], 0
            if sent > MAX_ROWS:
                return  # the parent has refused the table by now
    if batch or blank:
        yield {"rows": batch, "odd": odd, "blank_rows": blank}, b""


def as_text(cell: Any) -> str:
    """This will write a cell as people see it: whole numbers without ".0", days as ISO dates, 15 digits as Excel keeps them."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        return _number_text(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return cell.isoformat("seconds")
    if isinstance(cell, timedelta):
        minutes, seconds = divmod(int(cell.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return "" if cell is None else str(cell)


def _number_text(number: float) -> str:
    if number.is_integer() and abs(number) < 1e21:
        return str(int(number))
    text = f"{number:.15g}"
    if "e" in text:
        text = f"{number:.20f}".rstrip("0").rstrip(".") if abs(number) < 1 else text
    return text
