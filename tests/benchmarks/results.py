"""What a benchmark returns: figures, each with what it must reach, what it aims for, and how it was measured."""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit on a figure: at least or at most so much of a unit."""

    number: float
    unit: str = ""
    at_most: bool = False

    def holds(self, value: float) -> bool:
        """Whether a value keeps within it."""
        return value <= self.number if self.at_most else value >= self.number

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        return f"{'≤' if self.at_most else '≥'} {shown(self.number)}{unit}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. ``ours`` are the words of the table, ``values`` what else was seen, for `var/bench.json`."""

    name: str
    value: float
    ours: str
    how: str
    must: Bound | None = None
    aim: Bound | None = None
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether it reaches what it must; a figure without a bound is only told."""
        return self.must is None or self.must.holds(self.value)

    @property
    def aimed(self) -> bool:
        """Whether it reaches what it aims for too."""
        return self.passed and (self.aim is None or self.aim.holds(self.value))

    @property
    def verdict(self) -> str:
        """One word for the table: aim, reached, MISSED; below: under its aim, and nothing is a must; told: no bound."""
        if self.must is None:
            return "told" if self.aim is None else "aim" if self.aimed else "below"
        return ("aim" if self.aim and self.aimed else "reached") if self.passed else "MISSED"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one benchmark: its figures, or why it could not be run."""

    benchmark: str
    figures: tuple[Figure, ...] = ()
    error: str = ""

    @property
    def passed(self) -> bool:
        return not self.error and all(figure.passed for figure in self.figures)

    def as_json(self) -> dict[str, Any]:
        """This will give plain values; ``from_json`` reads them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: dict[str, Any]) -> "Outcome":
        """This will make an outcome of what ``as_json`` gave."""
        figures = tuple(
            Figure(**{**each, "must": _bound(each["must"]), "aim": _bound(each["aim"])}) for each in found["figures"]
        )
        return cls(found["benchmark"], figures, found["error"])


def _bound(found: dict[str, Any] | None) -> Bound | None:
    return Bound(**found) if found else None


def shown(number: float) -> str:
    """This will write a number with as many digits as say something: 1,240 · 87 · 6.4 · 0.71."""
    if abs(number) >= 100:
        return f"{number:,.0f}"
    if abs(number) >= 10:
        return f"{number:.0f}" if number == int(number) else f"{number:.1f}"
    return f"{number:.2f}".rstrip("0").rstrip(".") if number != int(number) else f"{number:.0f}"
