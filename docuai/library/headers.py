"""A table's header against a version's fields: which are missing, which columns nobody asks for, what was probably meant."""

import csv
import difflib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docuai.library.schemas import lines_of

CLOSE = 0.7


@dataclass(frozen=True, slots=True)
class HeaderCheck:
    """What a header lacks and has too much of; ``likely`` names the field that an unused column resembles."""

    found: tuple[str, ...]
    missing: tuple[str, ...]
    optional: tuple[str, ...]
    unused: tuple[str, ...]
    likely: Mapping[str, str]

    @property
    def lines(self) -> list[tuple[str, str]]:
        """This will pair each unused column with the field that was probably meant, or nothing."""
        return [(column, self.likely.get(column, "")) for column in self.unused]


def check_header(schema: Mapping[str, Any], header: Sequence[str]) -> HeaderCheck:
    """This will compare a header with the fields of a schema, without regard to case, spaces and accents."""
    fields = [line for line in lines_of(schema) if line.scalar and not _is_inside_read_only(schema, line.path)]
    named = {_plain(line.path): line for line in fields}
    columns = {_plain(column): column for column in header if column.strip()}
    absent = [line for key, line in named.items() if key not in columns]
    unused = [column for key, column in columns.items() if key not in named]
    open_names = {_plain(line.path): line.path for line in absent}
    likely = {}
    for column in unused:
        close = difflib.get_close_matches(_plain(column), open_names, n=1, cutoff=CLOSE)
        if close:
            likely[column] = open_names[close[0]]
    return HeaderCheck(
        found=tuple(line.path for key, line in named.items() if key in columns),
        missing=tuple(line.path for line in absent if line.required),
        optional=tuple(line.path for line in absent if not line.required),
        unused=tuple(unused),
        likely=likely,
    )


def header_of(text: str) -> list[str]:
    """This will cut a pasted first line of a table apart: by tabs, semicolons or commas, whichever there are most of."""
    line = next((each for each in text.splitlines() if each.strip()), "")
    delimiter = max("\t;,", key=line.count)
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]


def _is_inside_read_only(schema: Mapping[str, Any], path: str) -> bool:
    top = path.split(".")[0].removesuffix("[]")
    return bool(schema.get("properties", {}).get(top, {}).get("readOnly"))


def _plain(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in folded if c.isalnum())
