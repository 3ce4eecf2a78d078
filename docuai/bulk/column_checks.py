"""A batch held against the schema a column at a time: each distinct value once instead of each row.

The answer yes is sure: then every row is valid. Anything else means that the rows are to be looked at one by one, which
also says what is wrong with them. A schema that ties fields together by more than simple conditions is never answered yes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from docuai.bulk.applying import REMEMBERED, Columns, is_uniform
from docuai.bulk.fields import Schema

Compile = Callable[[Schema], Callable[[Any], bool]]
_SAYS_NOTHING = {"$schema", "$comment", "title", "description", "examples", "default", "type"}
_OF_VALUES = {*_SAYS_NOTHING, "properties", "required"}
_CONDITIONS = {"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentRequired"}


class ColumnChecks:
    """The checks of one schema, made ready by `compiled`, which gives whether a value fits a schema."""

    def __init__(self, schema: Schema, compiled: Compile) -> None:
        properties = schema.get("properties", {})
        conditions = {word: part for word, part in schema.items() if word in _CONDITIONS}
        tied = _names_in(conditions)
        known = schema.keys() <= {*_OF_VALUES, *_CONDITIONS} and all(
            isinstance(p, Mapping) for p in properties.values()
        )
        self._usable = known and tied is not None and not _has_reference(schema)
        if not self._usable:
            return
        draft = {"$schema": schema["$schema"]} if "$schema" in schema else {}
        self._required = tuple(schema.get("required", ()))
        self._properties = properties.keys()
        self._tied = tuple(tied or ())
        of_columns = {name: {"items": part} for name, part in properties.items()}
        self._fits = compiled({**draft, "properties": of_columns})
        self._row_fits = compiled({**draft, **conditions})
        self._fitting: dict[
            Any, set[Any]
        ] = {}  # what of a row was found to fit the conditions, by the names and types of its values

    def surely_valid(self, columns: Columns) -> bool:
        """This will say yes only if each row of the batch fits the schema."""
        if not self._usable or not self._properties >= columns.by_field.keys():
            return False
        distinct = columns.distinct
        absent = {name for name, values in distinct.items() if None in values and name not in columns.nullable}
        if not all(name in distinct and name not in absent for name in self._required):
            return False
        cells = {
            name: [value for value in values if value is not None] if name in absent else values
            for name, values in distinct.items()
        }
        try:
            return self._fits(cells) and self._conditions_fit(columns, absent)
        except (ValueError, UnicodeError, TypeError, RecursionError):
            return False  # a value that is no JSON

    def _conditions_fit(self, columns: Columns, absent: set[str]) -> bool:
        """Whether all rows fit as far as conditions look at them: each combination of values is looked at once."""
        names = [name for name in self._tied if name in columns.by_field]
        picked = [columns.by_field[name] for name in names]
        rows = list(zip(*picked, strict=True)) or [()]
        if not all(map(is_uniform, picked)):
            return all(self._row_fits(_row(names, row, absent)) for row in rows)
        kinds = tuple(frozenset(map(type, columns.distinct[name])) for name in names)
        known = self._fitting.setdefault((tuple(names), kinds, frozenset(absent)), set())
        fresh = set(rows) - known
        if not all(self._row_fits(_row(names, row, absent)) for row in fresh):
            return False
        if len(known) > REMEMBERED:
            known.clear()
        known |= fresh
        return True


def _row(names: Sequence[str], values: Sequence[Any], absent: set[str]) -> dict[str, Any]:
    pairs = zip(names, values, strict=True)
    return {name: value for name, value in pairs if value is not None or name not in absent}


def _names_in(part: Any) -> set[str] | None:
    """The fields that conditions look at, or None where they cannot be told."""
    if isinstance(part, bool):
        return set()
    if not isinstance(part, Mapping) or not part.keys() <= {*_OF_VALUES, *_CONDITIONS}:
        return None
    found = {*part.get("required", ()), *part.get("properties", {})}
    for name, needed in part.get("dependentRequired", {}).items():
        found |= {name, *needed}
    below = [part[word] for word in ("not", "if", "then", "else") if word in part]
    below += [each for word in ("allOf", "anyOf", "oneOf") for each in part.get(word, ())]
    for each in below:
        names = _names_in(each)
        if names is None:
            return None
        found |= names
    return found


def _has_reference(part: Any) -> bool:
    if isinstance(part, Mapping):
        return any(
            word in ("$ref", "$dynamicRef", "$id", "id") and isinstance(value, str) or _has_reference(value)
            for word, value in part.items()
        )
    return isinstance(part, list) and any(map(_has_reference, part))
