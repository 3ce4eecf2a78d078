"""The one error of table reading: the file as a whole cannot be used, and why.

Code and parameters are plain values, because they cross the pipe from the sandbox child; words are made when they are read.
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

_SAVE_AS_TABLE = _("Save it as CSV (UTF-8) or as XLSX and upload that file.")
_SAVE_AS_CSV = _("Save the sheet that you need as CSV and upload that file.")
_SAVE_AGAIN = _("Open it in Excel or LibreOffice, save it again as .xlsx and upload that file.")
_JSON_SHAPE = _("Upload an array of objects, or an object with a list named “rows”.")

_MESSAGES = {
    "zero_bytes": (
        _("The file is empty: 0 bytes."),
        _("Choose the file again; the upload or the export may have broken off."),
    ),
    "no_rows": (
        _("The table is empty: there are no rows in it."),
        _("Choose a file with a line of column names and at least one row."),
    ),
    "header_only": (
        _("The file has column names and no rows."),
        _("Add at least one row. If line %(line)s is a row already, say that there are no column names."),
    ),
    "header_missing": (
        _("The file ends before line %(number)s, which should hold the column names."),
        _("Choose another line for the column names."),
    ),
    "too_many_rows": (
        _("The table has more than %(limit)s rows."),
        _("Split it into tables of at most %(limit)s rows and start a run for each."),
    ),
    "too_many_columns": (
        _("The table has %(number)s columns; at most %(limit)s can be read."),
        _("Remove the columns that the template does not use."),
    ),
    "bad_encoding": (
        _("The file cannot be read as “%(encoding)s”."),
        _("Choose another encoding, or save it as CSV (UTF-8)."),
    ),
    "row_unreadable": (
        _(
            "From line %(number)s on the file cannot be cut into rows: a cell would be longer than %(limit)s characters."
        ),
        _("A quotation mark is probably opened there and never closed. Close it, or choose another delimiter."),
    ),
    "wrong_kind": (_("“%(file_name)s” is %(found)s, not a table."), _SAVE_AS_TABLE),
    "password": (
        _("“%(file_name)s” is protected by a password."),
        _("Remove the password in Excel, save it as .xlsx and upload that file."),
    ),
    "old_office": (
        _("“%(file_name)s” is an old Office file (.xls or .doc)."),
        _SAVE_AS_TABLE,
    ),
    "workbook_too_big": (_("The workbook has %(number)s bytes; at most %(limit)s can be read."), _SAVE_AS_CSV),
    "workbook_damaged": (_("The workbook cannot be opened: the file is damaged or cut off."), _SAVE_AGAIN),
    "workbook_entries": (_("The workbook consists of %(number)s parts; at most %(limit)s can be read."), _SAVE_AS_CSV),
    "workbook_bytes": (
        _("The workbook would unpack to %(number)s bytes; at most %(limit)s are allowed."),
        _SAVE_AS_CSV,
    ),
    "workbook_ratio": (
        _("The workbook would unpack to %(number)s times its size; at most %(limit)s is allowed."),
        _SAVE_AS_CSV,
    ),
    "workbook_cells": (_("The workbook has more than %(limit)s cells."), _SAVE_AS_CSV),
    "workbook_doctype": (_("The workbook holds a DOCTYPE declaration, which Excel never writes."), _SAVE_AGAIN),
    "workbook_stopped": (_("Reading the workbook took more memory or time than is allowed."), _SAVE_AS_CSV),
    "no_such_sheet": (_("The workbook has no sheet “%(sheet)s”."), _("Choose one of: %(sheets)s.")),
    "no_sheets": (_("The workbook has no sheet with cells."), _SAVE_AS_TABLE),
    "bad_json": (_("The file is not valid JSON: %(reason)s"), _JSON_SHAPE),
    "json_shape": (_("The JSON holds no list of rows."), _JSON_SHAPE),
    "json_row_too_big": (
        _("Row %(number)s of the JSON has more than %(limit)s bytes."),
        _("Shorten it; pictures and files do not belong into the table."),
    ),
}

# What a file can be found to be; the words go into "wrong_kind".
FOUND = {
    "pdf": _("a PDF"),
    "word": _("a Word document"),
    "slides": _("a PowerPoint file"),
    "ods": _("an OpenDocument file"),
    "xlsb": _("a binary Excel file (.xlsb)"),
    "zip": _("a ZIP archive"),
    "rtf": _("a text document (RTF)"),
    "html": _("a web page (HTML)"),
    "xml": _("an XML file"),
    "picture": _("a picture"),
    "compressed": _("a compressed archive"),
    "database": _("a database file"),
    "binary": _("a binary file"),
}


class TableError(Exception):
    """The table as a whole cannot be read; `code` and `params` are stable, the texts are for people."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params: Mapping[str, object] = params
        super().__init__(code)

    @property
    def message(self) -> str:
        """This will say what is wrong, in the reader's language."""
        return str(_MESSAGES[self.code][0]) % self._words()

    @property
    def hint(self) -> str:
        """This will say what to do about it, in the reader's language."""
        return str(_MESSAGES[self.code][1]) % self._words()

    def _words(self) -> dict[str, object]:
        words = dict(self.params)
        if "found" in words:
            words["found"] = FOUND[str(words["found"])]
        return words

    def __str__(self) -> str:
        return f"{self.message} {self.hint}"
