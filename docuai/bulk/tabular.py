"""A table's text as rows, for the simplest way in: CSV in UTF-8 with a header, a JSON array, or JSON Lines."""

import csv
import json
from typing import Any

from django.utils.translation import gettext_lazy as _


class TableError(Exception):
    """The table cannot be read; the message says what to do."""


def rows_of(content: bytes) -> list[dict[str, Any]]:
    """This will read the rows; raises TableError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TableError(str(_("The file is not UTF-8. Save it as CSV UTF-8 and upload it again."))) from None
    if not text.strip():
        raise TableError(str(_("The file is empty. Upload a table with a header and at least one row.")))
    try:
        if text.lstrip().startswith("["):
            return list(json.loads(text))
        if text.lstrip().startswith("{"):
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        return [dict(row) for row in csv.DictReader(text.splitlines())]
    except (json.JSONDecodeError, csv.Error) as error:
        raise TableError(str(_("The table cannot be read: %(reason)s")) % {"reason": error}) from None
