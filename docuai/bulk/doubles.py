"""The same row twice: by all its cells, or by the fields that name a document (a number, an e-mail address)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from docuai.bulk.faults import Fault
from docuai.bulk.fields import pointer_of
from docuai.bulk.tables.plain import FlatRows


@dataclass(slots=True)
class _Check:
    """One way of being the same: `keys` gives what is compared, None for rows that have nothing to compare."""

    code: str
    pointer: str
    keys: Callable[[Sequence[Any], Sequence[dict[str, Any]]], list[Any]]
    seen: dict[int, int] = field(default_factory=dict)  # hash: number of the first row


class Doubles:
    """Remembers a hash of each row; the first row with it is right, every later one is the double."""

    def __init__(self, key_fields: Sequence[str] = (), email_field: str = "") -> None:
        self._checks = [_Check("duplicate_row", "", lambda source, _: _contents(source))]
        if key_fields:
            picked = _Check(
                "duplicate_key", pointer_of(key_fields[0]), lambda _, rows: [_picked(row, key_fields) for row in rows]
            )
            self._checks.append(picked)
        if email_field:
            address = _Check(
                "duplicate_email", pointer_of(email_field), lambda _, rows: [_address(row, email_field) for row in rows]
            )
            self._checks.append(address)

    def find(self, first: int, source: Sequence[Any], values: Sequence[dict[str, Any]]) -> dict[int, list[Fault]]:
        """This will give the faults of rows that were there before, and remember the batch."""
        found: dict[int, list[Fault]] = {}
        for check in self._checks:
            hashes = list(map(hash, keys := check.keys(source, values)))
            seen = check.seen
            if seen.keys().isdisjoint(hashes) and len(set(hashes)) == len(hashes) and hash(None) not in hashes:
                seen.update(zip(hashes, range(first, first + len(hashes)), strict=True))
                continue
            for number, (key, name) in enumerate(zip(keys, hashes, strict=True), first):
                if key is not None and seen.setdefault(name, number) != number and number not in found:
                    found[number] = [Fault(number, check.code, check.pointer, params={"number": seen[name]})]
        return found


def _contents(source: Sequence[Any]) -> list[Any]:
    if isinstance(source, FlatRows):
        return list(zip(*source.columns, strict=True))
    if source and isinstance(source[0], list):
        return list(map(tuple, source))
    return [repr(sorted(row.items())) for row in source]


def _picked(values: dict[str, Any], fields: Sequence[str]) -> Any:
    picked = [_at(values, path) for path in fields]
    return None if all(value is None for value in picked) else repr(picked)


def _address(values: dict[str, Any], field: str) -> Any:
    value = _at(values, field)
    return value.strip().casefold() if isinstance(value, str) and value.strip() else None


def _at(values: Any, path: str) -> Any:
    for part in path.split("."):
        values = values.get(part) if isinstance(values, dict) else None
    return values
