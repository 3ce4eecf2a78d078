"""One row's values against the template's schema: valid at the speed of jsonschema-rs, or all faults with likely answers.

Fields that DocuAI fills in itself (`readOnly`) are not asked for. Whole tables are validated by `table_validation.py`.
"""

import importlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from django.utils.translation import gettext_lazy as _
from rapidfuzz import fuzz, process

from docuai.bulk.column_checks import ColumnChecks
from docuai.bulk.faults import Answer, Fault, excerpt_of
from docuai.bulk.fields import Schema

_TYPE_WORDS = {
    "string": _("text"),
    "number": _("a number"),
    "integer": _("a whole number"),
    "boolean": _("yes or no"),
    "null": _("nothing"),
    "array": _("a list"),
    "object": _("an object"),
}
_LIMITS = {
    "maximum": "too_big",
    "exclusiveMaximum": "too_big",
    "minimum": "too_small",
    "exclusiveMinimum": "too_small",
    "maxLength": "too_long",
    "minLength": "too_short",
    "maxItems": "too_many_items",
    "minItems": "too_few_items",
}
_FORMATS = {"email": "bad_email", "idn-email": "bad_email", "date": "bad_date", "date-time": "bad_date"}
_TYPED_CODES = {"number": "not_a_number", "integer": "not_a_number", "boolean": "not_yes_or_no"}
Origin = Callable[[str], str]
Values = Mapping[str, Any]


class SchemaError(Exception):
    """The schema of a template version is no valid JSON Schema."""


class RowValidator:
    """A schema made ready. Not tied to a table: `origin` tells which column a JSON pointer came from."""

    def __init__(self, schema: Schema) -> None:
        engine = importlib.import_module("jsonschema_rs")
        self.schema = without_read_only(schema)
        options = engine.EmailOptions(require_tld=True, allow_display_text=False, allow_domain_literal=False)
        try:
            self._engine = engine.validator_for(self.schema, validate_formats=True, email_options=options, offline=True)
        except (engine.ValidationError, ValueError) as error:
            raise SchemaError(str(error).splitlines()[0]) from error
        email = {"type": "string", "format": "email"}
        self._is_email = engine.validator_for(email, validate_formats=True, email_options=options).is_valid
        self._is_valid: Callable[[Any], bool] = self._engine.is_valid

        def compiled(part: Schema) -> Callable[[Any], bool]:
            ready = engine.validator_for(part, validate_formats=True, email_options=options, offline=True)
            return cast(Callable[[Any], bool], ready.is_valid)

        self.columns = ColumnChecks(self.schema, compiled)

    def is_valid(self, values: Values) -> bool:
        """This will say whether a row fits the schema."""
        try:
            return self._is_valid(values)
        except (ValueError, UnicodeError, TypeError, RecursionError):
            return False  # a value that is no JSON, such as half a surrogate pair

    def valid(self, rows: Sequence[Values]) -> list[bool]:
        """This will say of each row whether it fits the schema."""
        try:
            return list(map(self._is_valid, rows))
        except (ValueError, UnicodeError, TypeError, RecursionError):
            return [self.is_valid(row) for row in rows]

    def faults(self, number: int, values: Values, origin: Origin | None = None) -> list[Fault]:
        """This will list everything about a row that does not fit, one fault a place at most twice."""
        found: dict[tuple[str, str], Fault] = {}
        try:
            errors = list(self._engine.iter_errors(values))
        except (ValueError, UnicodeError, TypeError, RecursionError) as refusal:
            return [Fault(number, "schema", params={"reason": str(refusal)[:200]})]
        for error in errors:
            fault = self._fault(number, error, origin or (lambda pointer: ""))
            found.setdefault((fault.field, fault.code), fault)
        return list(found.values())

    def _fault(self, number: int, error: Any, origin: Origin) -> Fault:
        kind, details = error.kind.name, error.kind.as_dict()
        path = [str(part) for part in error.instance_path]
        if kind == "required":
            path.append(details["property"])
        pointer = "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in path)
        code, params, answers = self._described(kind, details, error)
        value = None if kind in ("required", "additionalProperties", "anyOf", "oneOf") else error.instance
        return Fault(number, code, pointer, origin(pointer), params, excerpt_of(value), answers)

    def _described(
        self, kind: str, details: Mapping[str, Any], error: Any
    ) -> tuple[str, dict[str, Any], tuple[Answer, ...]]:
        value = error.instance
        if kind == "required":
            return "required", {}, ()
        if kind in _LIMITS:
            return _limit(_LIMITS[kind], details["limit"], value)
        if kind == "format":
            return self._format(details["format"], value)
        if kind == "enum":
            return _choice([choice for choice in details["options"] if choice is not None], value)
        if kind == "const":
            return _choice([details["expected_value"]], value)
        if kind == "type":
            return _wrong_type(details["types"], value)
        if kind == "pattern":
            return "bad_pattern", {"pattern": details["pattern"]}, ()
        if kind == "additionalProperties":
            return "not_allowed", {"names": ", ".join(details["unexpected"])}, ()
        return "schema", {"reason": str(error.message)[:200]}, ()

    def _format(self, form: str, value: Any) -> tuple[str, dict[str, Any], tuple[Answer, ...]]:
        code = _FORMATS.get(form, "bad_format")
        if code == "bad_email" and isinstance(value, str):
            mended = mended_email(value)
            return code, {}, (Answer(mended),) if mended != value and self._is_email(mended) else ()
        return code, {"format": form} if code == "bad_format" else {}, ()


def without_read_only(schema: Schema) -> dict[str, Any]:
    """This will give a schema that does not require what DocuAI fills in itself."""
    copy = dict(schema)
    properties = schema.get("properties")
    if isinstance(properties, Mapping):
        filled = {name for name, part in properties.items() if isinstance(part, Mapping) and part.get("readOnly")}
        copy["required"] = [name for name in schema.get("required", ()) if name not in filled]
        copy["properties"] = {
            name: without_read_only(part) if isinstance(part, Mapping) and "properties" in part else part
            for name, part in properties.items()
        }
    return copy


def mended_email(text: str) -> str:
    """This will undo the usual slips in an address: blanks, a doubled @ or dot, "mailto:", angle brackets, a final mark."""
    text = re.sub(r"^.*<(.*)>.*$", r"\1", text.strip())
    text = re.sub(r"\s+", "", text.removeprefix("mailto:"))
    text = re.sub(r"@{2,}", "@", text)
    text = re.sub(r"\.{2,}", ".", text)
    return text.strip(".,;:<>\"'")


def _limit(code: str, limit: Any, value: Any) -> tuple[str, dict[str, Any], tuple[Answer, ...]]:
    if code == "too_short" and value == "":
        return "required", {}, ()
    params = {"limit": limit}
    if code in ("too_long", "too_many_items"):
        params["length"] = len(value)
    return code, params, ()


def _choice(options: list[Any], value: Any) -> tuple[str, dict[str, Any], tuple[Answer, ...]]:
    """An option that differs only by case, accents aside, is clear; the most similar one is a guess."""
    params = {"choices": ", ".join(map(str, options[:12])) + (" …" if len(options) > 12 else "")}
    texts = [str(option) for option in options]
    if not isinstance(value, str):
        return "not_in_list", params, ()
    plain = value.strip().casefold()
    same = [text for text in texts if text.casefold() == plain]
    if same:
        return "not_in_list", params, (Answer(same[0]),)
    found = process.extractOne(plain, [text.casefold() for text in texts], scorer=fuzz.WRatio, score_cutoff=60)
    return "not_in_list", params, (Answer(texts[found[2]], "guess"),) if found else ()


def _wrong_type(types: list[str], value: Any) -> tuple[str, dict[str, Any], tuple[Answer, ...]]:
    wanted = [kind for kind in types if kind != "null"]
    if isinstance(value, str) and wanted and wanted[0] in _TYPED_CODES:
        return _TYPED_CODES[wanted[0]], {}, ()
    if value is None:
        return "required", {}, ()
    answers: tuple[Answer, ...] = ()
    if "string" in wanted and isinstance(value, int | float) and not isinstance(value, bool):
        answers = (Answer(str(value)),)
    params = {"found": type_word(_json_type(value)), "wanted": " / ".join(type_word(kind) for kind in wanted)}
    return "wrong_type", params, answers


def type_word(kind: str) -> str:
    """This will name a JSON type for people."""
    return str(_TYPE_WORDS.get(kind, kind))


def _json_type(value: Any) -> str:
    types: tuple[tuple[type, str], ...] = (
        (bool, "boolean"),
        (int, "integer"),
        (float, "number"),
        (str, "string"),
        (list, "array"),
        (dict, "object"),
    )
    return next((name for kind, name in types if isinstance(value, kind)), "null")


def texts_in(values: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """This will yield every text in a row with its JSON pointer."""
    if isinstance(values, str):
        yield pointer, values
    elif isinstance(values, Mapping):
        for key, value in values.items():
            yield from texts_in(value, f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(values, list):
        for index, value in enumerate(values):
            yield from texts_in(value, f"{pointer}/{index}")
