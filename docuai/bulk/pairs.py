"""A value above the best one possible: a field `grade` beside a field `grade_max` (a schema cannot compare two fields)."""

from collections.abc import Mapping, Sequence
from operator import gt
from typing import Any

from docuai.bulk.faults import Fault, excerpt_of
from docuai.bulk.fields import pointer_of

SUFFIX = "_max"
_NUMBERS = frozenset({int, float})


class Pairs:
    """The pairs of one mapping; `paths` are the fields that columns or fixed values fill."""

    def __init__(self, paths: Sequence[str]) -> None:
        known = set(paths)
        self._pairs = [(path, path + SUFFIX) for path in paths if path + SUFFIX in known]

    def find(self, first: int, columns: Mapping[str, Sequence[Any]]) -> dict[int, list[Fault]]:
        """This will give a fault for each row of a batch whose value is above its own limit."""
        found: dict[int, list[Fault]] = {}
        for path, limit_path in self._pairs:
            if path not in columns or limit_path not in columns:
                continue
            numbers = all(_NUMBERS.issuperset(map(type, columns[each])) for each in (path, limit_path))
            if numbers and not any(map(gt, columns[path], columns[limit_path])):
                continue
            for number, (value, limit) in enumerate(zip(columns[path], columns[limit_path], strict=True), first):
                if isinstance(value, int | float) and isinstance(limit, int | float) and value > limit:
                    fault = Fault(
                        number, "too_big", pointer_of(path), params={"limit": limit}, excerpt=excerpt_of(value)
                    )
                    found.setdefault(number, []).append(fault)
        return found
