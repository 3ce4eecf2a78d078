"""Step 2, "Is this your table?": how the file is read, shown with its first rows and correctable."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from docuai.bulk.models import RunDraft
from docuai.bulk.services import drafts
from docuai.bulk.tables.encodings import CANDIDATES
from docuai.bulk.tables.errors import TableError
from docuai.bulk.tables.notices import describe
from docuai.bulk.tables.shapes import Dialect, Notice
from docuai.bulk.views.wizard.frame import draft_of, page
from docuai.bulk.views.wizard.start import take_table
from docuai.permissions import RUN_START
from platform_core.access.doors import organization_page
from platform_core.files.errors import FileError
from platform_core.kits.web.requests import whole
from platform_core.organizations.models import Organization

NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 (BOM)",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250",
    "mac_roman": "Mac Roman",
    "cp850": "DOS 850",
    "iso8859_15": "ISO 8859-15",
    "cp1254": "Windows-1254",
}
HEADER_LINES = 5
SHOWN_ROWS = 8


@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(RUN_START)
def data(request: HttpRequest, organization: Organization, draft_id: UUID) -> HttpResponse:
    """This will show the table as it is read; a POST reads it another way, takes another file, or goes on."""
    draft = draft_of(request, organization, draft_id)
    if draft.file is None:
        return redirect("run-new", slug=organization.slug)
    if request.method != "POST":
        return page(request, draft, "data", _context(draft))
    try:
        if request.POST.get("do") == "replace":
            take_table(request, draft)
        else:
            dialect = _dialect(request)
            if dialect.to_json() | {"kind": draft.dialect.get("kind"), "confirmed": True} != draft.dialect:
                drafts.set_dialect(draft=draft, dialect=dialect, seen=request.POST.get("seen", ""))
    except (TableError, drafts.DraftError, FileError) as error:
        return page(request, draft, "data", {**_context(draft), "error": str(error)}, status=422)
    step = "run-columns" if request.POST.get("do") == "next" else "run-data"
    return redirect(step, slug=organization.slug, draft_id=draft.pk)


def _dialect(request: HttpRequest) -> Dialect:
    given = request.POST
    line = whole(given.get("header_row"))
    encoding, delimiter, decimal = given.get("encoding", ""), given.get("delimiter", ""), given.get("decimal", "")
    return Dialect(
        encoding=encoding if encoding in NAMES else None,
        delimiter="\t"
        if delimiter == "tab"
        else delimiter
        if len(delimiter) == 1 and delimiter.isprintable()
        else None,
        header_row=line if line is not None and line < 1000 else None,
        sheet=given.get("sheet") or None,
        decimal="," if decimal == "," else "." if decimal == "." else None,
    )


def _context(draft: RunDraft) -> dict[str, Any]:
    table, dialect = draft.summary["table"], draft.dialect
    columns = [column["name"] for column in table["columns"]]
    doubtful = table["needs_confirmation"] and not dialect.get("confirmed")
    return {
        "columns": columns,
        "rows": [
            {"number": row["number"], "cells": [_parts(row["cells"].get(name), mark=doubtful) for name in columns]}
            for row in table["preview"][:SHOWN_ROWS]
        ],
        "shown_rows": min(SHOWN_ROWS, len(table["preview"])),
        "doubtful": doubtful,
        "readings": _readings(table, dialect),
        "encodings": _encodings(table, dialect),
        "delimiters": [(",", _("Comma ,")), (";", _("Semicolon ;")), ("tab", _("Tab")), ("|", _("Bar |"))],
        "delimiter": "tab" if dialect.get("delimiter") == "\t" else dialect.get("delimiter"),
        "header_lines": range(1, max(HEADER_LINES, int(dialect.get("header_row") or 0)) + 1),
        "notices": [describe(Notice(one["code"], one["params"])) for one in table["warnings"]],
        "is_text": table["kind"] in ("csv", "json", "jsonl"),
    }


def _encodings(table: dict[str, Any], dialect: dict[str, Any]) -> list[tuple[str, str]]:
    chosen = dialect.get("encoding") or "utf-8"
    return [(name, NAMES.get(name, name)) for name in dict.fromkeys([chosen, "utf-8", "utf-16", *CANDIDATES])]


def _readings(table: dict[str, Any], dialect: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "encoding": choice["encoding"],
            "name": NAMES.get(choice["encoding"], choice["encoding"]),
            "unreadable": choice["unreadable"],
            "text": _differing(choice["preview"], str(dialect.get("delimiter") or ",")),
            "chosen": choice["encoding"] == dialect.get("encoding"),
        }
        for choice in table["choices"]["encodings"]
    ]


def _differing(lines: list[str], delimiter: str) -> str:
    """The cells in which readings differ: those with a letter outside of ASCII."""
    cells = [cell.strip(' "') for line in lines for cell in line.split(delimiter) if not cell.isascii()]
    return ", ".join(dict.fromkeys(cells))[:90] or " ".join(lines)[:90]


def _parts(cell: Any, *, mark: bool) -> list[tuple[str, bool]]:
    """A cell in pieces: those of characters that depend on the encoding are marked."""
    text = "" if cell is None else str(cell)[:60]
    if not mark or text.isascii():
        return [(text, False)] if text else []
    parts: list[tuple[str, bool]] = []
    for character in text:
        marked = ord(character) > 127
        if parts and parts[-1][1] == marked:
            parts[-1] = (parts[-1][0] + character, marked)
        else:
            parts.append((character, marked))
    return parts
