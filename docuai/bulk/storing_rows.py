"""Rows of a run into the database by COPY, while the rest of the table is still being read.

COPY is refused under a row-level policy, so these lines alone go in as the service; organization and run are written into
each by this module, never taken from the caller's values. Everything happens in the caller's transaction: an import that
dies, is canceled or refused leaves nothing behind. The server works on its core while Python prepares the next lines.
"""

from collections.abc import Iterable, Mapping, Sequence, Sized
from contextlib import ExitStack
from itertools import repeat
from types import TracebackType
from typing import Any, Self

from django.db import connection, transaction
from django.utils import timezone

from docuai.bulk.models import BulkRun, RunRow
from docuai.bulk.row_json import Pieces, row_json
from platform_core.kits.tenancy.ids import new_ids
from platform_core.kits.tenancy.scope import service

COPIED = ("id", "number", "state", "language", "data", "file_name", "email", "serial", "error", "finished_at")
FIXED = ("organization_id", "run_id", "attempts", "mail_when_done")
PART_BYTES = 8 * 1024 * 1024  # then the statement ends: far below the time limit, and the caller may look around
_TAB = repeat("\t")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": None})


class RowStore:
    """Takes rows of one run, good ones by the batch. Use as a context, in a transaction; `rows` counts them."""

    def __init__(self, run: BulkRun) -> None:
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("rows of a run are stored in one transaction")
        self.rows = 0
        self._part = ExitStack()
        self._copy: Any = None
        self._bytes = 0
        self._now = timezone.now().isoformat()
        self._fixed = f"\t{run.organization_id}\t{run.pk}\t0\tf\n"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._copy = None
        self._part.__exit__(kind, error, trace)  # with an error the server drops the part

    def add(
        self,
        numbers: Sequence[int],
        data: Pieces,
        names: Sequence[str],
        languages: Sequence[str],
        emails: Sequence[str],
        serials: Sequence[str],
    ) -> None:
        """This will store rows that can be made: all sequences are of one length, and so is each piece of their JSON."""
        if not (count := len(numbers)):
            return  # every row of the batch is bad
        pieces: list[Iterable[str]] = [new_ids(count), _TAB, map(str, numbers), repeat("\tqueued\t")]
        pieces += [_cells(languages), _TAB, *map(_escaped, data), _TAB, names, _TAB, _cells(emails), _TAB]
        pieces += [_cells(serials), repeat(f"\t\\N\t\\N{self._fixed}")]
        assert {len(piece) for piece in pieces if isinstance(piece, Sized)} == {count}
        lines = "".join(map("".join, zip(*pieces)))  # noqa: B905 - fixed texts repeat without end
        self._write(lines.encode(), count)

    def add_failed(self, number: int, values: Mapping[str, Any], name: str, language: str, error: Any) -> None:
        """This will store a row that waits for a correction, with what is wrong with it."""
        cells = [*new_ids(1), str(number), "failed", language, row_json(values).decode(), name, "", ""]
        cells += [row_json(error).decode(), self._now]
        line = "\t".join([cell.translate(_ESCAPES) for cell in cells])
        self._write(f"{line}{self._fixed}".encode(), 1)

    def end_part(self) -> bool:
        """This will end the statement at hand once it is long enough: the connection is free then, and it returns True."""
        if self._copy is None or self._bytes < PART_BYTES:
            return self._copy is None
        self.finish()
        return True

    def finish(self) -> None:
        """This will end the statement at hand: all rows so far are in the transaction."""
        self._copy, self._bytes = None, 0
        with connection.wrap_database_errors:
            self._part.close()

    def _write(self, lines: bytes, count: int) -> None:
        if self._copy is None:
            cursor = self._part.enter_context(connection.cursor())
            with service("COPY of a run's rows, which policies refuse"):
                # Leaves the role and no organization until the next statement; what the trigger looks at stays in memory.
                cursor.execute(f"SET LOCAL work_mem = '{4 * PART_BYTES // 1024}kB'")
            columns = ", ".join([*COPIED, *FIXED])
            self._copy = self._part.enter_context(
                cursor.cursor.copy(f"COPY {RunRow._meta.db_table} ({columns}) FROM STDIN")
            )
        with connection.wrap_database_errors:
            self._copy.write(lines)
        self._bytes += len(lines)
        self.rows += count


def _cells(texts: Sequence[str]) -> Sequence[str]:
    """Texts as COPY takes them; most batches hold nothing to be escaped."""
    whole = "".join(texts)
    is_plain = whole.isprintable() and "\\" not in whole
    return texts if is_plain else [text.translate(_ESCAPES) for text in texts]


def _escaped(piece: str | Sequence[str]) -> Iterable[str]:
    """A piece of JSON as COPY takes it: it holds no bare line break or tab."""
    if isinstance(piece, str):
        return repeat(piece.replace("\\", "\\\\"))
    return [text.replace("\\", "\\\\") for text in piece] if "\\" in "".join(piece) else piece
