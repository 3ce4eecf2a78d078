"""The rows worth looking at before launch: the longest, the shortest and the emptiest, picked while the table is validated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ExtremeRow:
    """One such row: why it was picked, its values, and what to say of it (a field with its length, or the empty fields)."""

    reason: str  # "longest", "shortest" or "emptiest"
    number: int
    values: Mapping[str, Any]
    field: str = ""
    characters: int = 0
    empty_fields: tuple[str, ...] = ()


def _is_prose(value: Any) -> bool:
    """A text that a layout has to make room for: no address of mail or web."""
    return isinstance(value, str) and "@" not in value and "://" not in value


@dataclass(slots=True)
class _Best:
    score: int
    number: int
    values: Mapping[str, Any]


class Extremes:
    """Keeps three rows of all that pass. Rows are compared by the length of their texts and by how many fields are empty."""

    def __init__(self) -> None:
        self._best: dict[str, _Best] = {}

    def add(
        self,
        numbers: Sequence[int],
        values: Sequence[Mapping[str, Any]],
        lengths: Sequence[int],
        empties: Sequence[int],
    ) -> None:
        """This will take in the valid rows of a batch: their numbers, values, text lengths and numbers of empty fields."""
        if not numbers:
            return
        for reason, scores, choose in (
            ("longest", lengths, max),
            ("shortest", lengths, min),
            ("emptiest", empties, max),
        ):
            score = choose(scores)
            best = self._best.get(reason)
            if best is None or (score < best.score if reason == "shortest" else score > best.score):
                place = scores.index(score)
                self._best[reason] = _Best(score, numbers[place], values[place])

    def rows(self, fields: Sequence[str] = ()) -> list[ExtremeRow]:
        """This will give the picked rows, the same row only once; `fields` are the top-level fields that may be empty."""
        picked: dict[int, ExtremeRow] = {}
        for reason, best in self._best.items():
            if reason == "emptiest" and best.score == 0:
                continue
            texts = {name: len(value) for name, value in best.values.items() if _is_prose(value)}
            name = max(texts, key=texts.__getitem__, default="")
            empty = tuple(field for field in fields if best.values.get(field) in (None, "", []))
            picked.setdefault(
                best.number, ExtremeRow(reason, best.number, best.values, name, texts.get(name, 0), empty)
            )
        return list(picked.values())
