"""The one error of table reading: the file as a whole cannot be used, and why."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

_MESSAGES = {
    "zero_bytes": (
        _("The file is empty: 0 bytes."),
        _("Choose the file again; the upload or the export may have broken off."),
    ),
    "no_rows": (
        _("The file holds nothing but blanks."),
        _("Choose a file with a line of column names and at least one row."),
    ),
    "header_only": (
        _("The file has column names and no rows."),
        _("Add at least one row. If line %(line)s is already a row, choose “There are none” for the column names."),
    ),
    "too_many_rows": (
        _("The table has more than %(limit)s rows: row %(number)s is one too many."),
        _("Split it into tables of at most %(limit)s rows and start a run for each."),
    ),
    "too_many_columns": (
        _("The table has %(number)s columns; at most %(limit)s can be read."),
        _("Remove the columns that the template does not use."),
    ),
    "row_unreadable": (
        _(
            "From line %(number)s on the file cannot be cut into rows: one row would be longer than %(limit)s characters."
        ),
        _(
            "A quotation mark is probably opened in that line and never closed. Close or double it, or choose another delimiter."
        ),
    ),
    "wrong_kind": (
        _("“%(file_name)s” is %(found)s, which cannot be read as a table."),
        _("Save it as CSV (UTF-8) or as XLSX and upload that file."),
    ),
    "password": (
        _("“%(file_name)s” is protected by a password or an old Excel file (.xls)."),
        _("Open it in Excel, remove the password, save it as .xlsx and upload that file."),
    ),
    "workbook_damaged": (
        _("The workbook cannot be opened: the file is damaged or cut off."),
        _("Open it in Excel, save it again as .xlsx and upload that file."),
    ),
    "workbook_bomb": (
        _("The workbook would unpack to more than is allowed (%(what)s: %(number)s, limit %(limit)s)."),
        _("Save the sheet that you need as CSV and upload that file."),
    ),
    "workbook_doctype": (
        _("The workbook holds a DOCTYPE declaration, which Excel never writes."),
        _("Save the table again with Excel or LibreOffice and upload that file."),
    ),
    "no_such_sheet": (_("The workbook has no sheet “%(sheet)s”."), _("Choose one of: %(sheets)s.")),
    "no_sheets": (_("The workbook holds no sheet with cells."), _("Save the table as CSV and upload that file.")),
    "reader_ended": (
        _("Reading the workbook took more memory or time than is allowed."),
        _("Save the sheet that you need as CSV and upload that file."),
    ),
    "bad_encoding": (
        _("Line %(number)s cannot be read as %(encoding)s."),
        _("Choose another encoding; the preview shows what each one makes of the lines."),
    ),
    "bad_json": (
        _("The file is not valid JSON: %(reason)s"),
        _("Upload an array of objects, or an object with a list named “rows”."),
    ),
    "json_shape": (
        _("The JSON holds no list of rows."),
        _("Upload an array of objects, or an object with a list named “rows”."),
    ),
    "header_row_missing": (
        _("The file ends before line %(number)s, which should hold the column names."),
        _("Choose another line for the column names."),
    ),
}


class TableError(Exception):
    """The table as a whole cannot be read; `code` and `params` are stable, the texts are for people."""

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params: Mapping[str, object] = params
        super().__init__(code)

    @property
    def message(self) -> str:
        """This will say what is wrong, in the active language."""
        return str(_MESSAGES[self.code][0]) % self.params

    @property
    def hint(self) -> str:
        """This will say what to do about it, in the active language."""
        return str(_MESSAGES[self.code][1]) % self.params

    def __str__(self) -> str:
        return f"{self.message} {self.hint}"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.code, dict(self.params))


def _rebuild(code: str, params: dict[str, object]) -> TableError:
    return TableError(code, **params)
