"""Rows of a run on their way into the database: written to a file as COPY takes them, then stored in one transaction.

COPY cannot write a table under row-level security, so it fills a temporary table and an INSERT … SELECT moves the rows on,
each under the policy. Nothing is stored until the whole table was read: an import that dies leaves nothing behind.
"""

import re
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import IO, Any

from django.db import connection

from docuai.bulk.keys import key_of_json, row_json
from docuai.bulk.models import BulkRun, RunRow
from platform_core.kits.tenancy.ids import new_ids

SPOOLED = ("id", "number", "key", "state", "language", "data", "file_name", "email", "serial", "error")
_TYPES = ("uuid", "integer", "varchar", "varchar", "varchar", "jsonb", "varchar", "varchar", "varchar", "jsonb")
_MEMORY = 8 * 1024 * 1024
_SPECIAL = re.compile(r"[\\\t\n\r\0]")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})
BLOCK = 1024 * 1024


class Spool:
    """A file of rows in the text format of COPY. Close it when done: it is deleted then."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_MEMORY)  # noqa: SIM115 - closed by `close`
        self.rows = 0

    def add(
        self,
        numbers: Sequence[int],
        values: Sequence[Mapping[str, Any]],
        names: Sequence[str],
        languages: Sequence[str],
        emails: Sequence[str],
        serials: Sequence[str],
    ) -> None:
        """This will write rows that can be made: all sequences are of one length."""
        if not numbers:
            return  # every row of the batch is bad; no text would be split into one empty line
        data = list(map(row_json, values))
        keys = list(map(key_of_json, numbers, data))
        texts = b"\n".join(data).replace(b"\\", b"\\\\").decode().split("\n")  # JSON holds no bare line break
        columns = (new_ids(len(data)), numbers, keys, _cells(languages), texts, names, _cells(emails), serials)
        lines = [
            f"{row_id}\t{number}\t{key}\tqueued\t{language}\t{text}\t{name}\t{email}\t{serial}\t\\N\n"
            for row_id, number, key, language, text, name, email, serial in zip(*columns, strict=True)
        ]
        self._file.write("".join(lines).encode())
        self.rows += len(lines)

    def add_failed(self, number: int, values: Mapping[str, Any], name: str, language: str, error: Any) -> None:
        """This will write a row that waits for a correction, with what is wrong with it."""
        data = row_json(values)
        key = key_of_json(number, data)
        cells = [*new_ids(1), str(number), key, "failed", language, data.decode(), name, "", ""]
        cells.append(row_json(error).decode())
        self._file.write(("\t".join(cell.translate(_ESCAPES) for cell in cells) + "\n").encode())
        self.rows += 1

    def store(self, run: BulkRun, now: datetime) -> int:
        """This will store all rows as rows of the run and return how many. Call inside a transaction."""
        columns = ", ".join(f"{name} {kind}" for name, kind in zip(SPOOLED, _TYPES, strict=True))
        self._file.seek(0)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMPORARY TABLE row_import ({columns})")
            with cursor.cursor.copy(f"COPY row_import ({', '.join(SPOOLED)}) FROM STDIN") as copy:
                while block := self._file.read(BLOCK):
                    copy.write(block)
            names, values, parameters = _rest(run, now)
            table = RunRow._meta.db_table
            cursor.execute(
                f"INSERT INTO {table} ({', '.join([*SPOOLED, *names])}) "  # noqa: S608 - names of our own columns
                f"SELECT {', '.join([*SPOOLED, *values])} FROM row_import",  # in the order of COPY
                parameters,
            )
            stored = int(cursor.rowcount)
            cursor.execute("DROP TABLE row_import")
        return stored

    def close(self) -> None:
        """This will delete the file."""
        self._file.close()


def _cells(texts: Sequence[str]) -> Sequence[str]:
    """Texts as COPY takes them; most batches hold nothing to be escaped."""
    return [text.translate(_ESCAPES) for text in texts] if _SPECIAL.search("".join(texts)) else texts


def _rest(run: BulkRun, now: datetime) -> tuple[list[str], list[str], list[Any]]:
    """The columns that are the same for all rows: the run, and the model's own defaults."""
    fixed: dict[str, Any] = {"organization_id": run.organization_id, "run_id": run.pk}
    names: list[str] = []
    values: list[str] = []
    parameters: list[Any] = []
    for field in RunRow._meta.concrete_fields:
        column = str(field.column)
        if column in SPOOLED:
            continue
        names.append(column)
        if column == "finished_at":
            values.append("CASE WHEN state = 'failed' THEN %s::timestamptz END")
            parameters.append(now)
        else:
            values.append("%s::uuid" if column in fixed else f"%s::{field.db_type(connection)}")
            parameters.append(fixed.get(column, field.get_default()))
    return names, values, parameters
