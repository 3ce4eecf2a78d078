"""What the wizard's forms send, read into mappings and options; and mappings as the forms' inputs have them."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from docuai.bulk.cells import storable_number
from docuai.bulk.fields import FieldSpec
from docuai.bulk.mapping import Entry, Grouping, Source
from docuai.bulk.mapping import Mapping as FieldMapping
from docuai.bulk.naming import pattern_problems
from docuai.bulk.transforms import Transform

CONSTANT, SEQUENCE, COLUMN = "=", "#", "c:"
CASES = ("upper", "lower", "title")
DAYS = (30, 90, 365, 3650)


def shown_source(entry: Entry | None) -> dict[str, Any]:
    """This will give an entry as the inputs of its field have it."""
    shown: dict[str, Any] = {
        "choice": "",
        "join": "",
        "separator": " ",
        "value": "",
        "case": "",
        "date": "",
        "decimal": "",
        "default": "",
        "trim": True,
    }
    if entry is None:
        return shown
    source = entry.source
    if source.kind == "constant":
        shown |= {"choice": CONSTANT, "value": "" if source.value is None else str(source.value)}
    elif source.kind == "sequence":
        shown["choice"] = SEQUENCE
    else:
        shown |= {"choice": COLUMN + source.columns[0], "join": source.columns[1] if len(source.columns) > 1 else ""}
        shown["separator"] = source.separator
    kinds = {step.kind: step.value for step in entry.transforms}
    shown["trim"] = "trim" in kinds
    shown["case"] = next((case for case in CASES if case in kinds), "")
    shown |= {"date": kinds.get("date", ""), "decimal": kinds.get("number", ""), "default": kinds.get("default", "")}
    return shown


def mapping_from(given: Mapping[str, Any], fields: Sequence[FieldSpec], columns: Sequence[str]) -> FieldMapping:
    """This will read the mapping that the columns page sends; what names no column of the table is left out."""
    entries = [entry for field in fields if (entry := _entry(given, field, columns)) is not None]
    key, list_field = given.get("group_key", ""), given.get("group_list", "")
    lists = {field.path for field in fields if field.type == "list"}
    grouping = Grouping((key,), list_field) if key in columns and list_field in lists else None
    return FieldMapping(tuple(entries), grouping)


def _entry(given: Mapping[str, Any], field: FieldSpec, columns: Sequence[str]) -> Entry | None:
    path = field.path
    choice = str(given.get(f"column:{path}", ""))
    if choice == SEQUENCE:
        return Entry(path, Source("sequence"))
    if choice == CONSTANT:
        value = str(given.get(f"value:{path}", "")).strip()
        return Entry(path, Source("constant", value=_typed(field, value) if value else None))
    name = choice.removeprefix(COLUMN)
    if name not in columns:
        return None
    join = str(given.get(f"join:{path}", ""))
    if join in columns and join != name:
        source = Source("concatenate", (name, join), separator=str(given.get(f"separator:{path}", " "))[:10] or " ")
    else:
        source = Source("column", (name,))
    return Entry(path, source, tuple(_steps(given, path)))


def _steps(given: Mapping[str, Any], path: str) -> list[Transform]:
    steps = [Transform("trim")] if given.get(f"trim:{path}") else []
    if (case := given.get(f"case:{path}")) in CASES:
        steps.append(Transform(case))
    if (order := given.get(f"date:{path}")) in ("dmy", "mdy", "ymd"):
        steps.append(Transform("date", order))
    if (sign := given.get(f"decimal:{path}")) in (".", ","):
        steps.append(Transform("number", sign))
    if default := str(given.get(f"default:{path}", "")).strip():
        steps.append(Transform("default", default[:200]))
    return steps


def _typed(field: FieldSpec, value: str) -> Any:
    """A fixed value in the field's type, where it can be read; else the text, which validation then names."""
    try:
        if field.type == "integer":
            return storable_number(int(value))
        if field.type == "number":
            number = float(value)
            return storable_number(int(number) if number.is_integer() else number)
    except (ValueError, OverflowError):
        return value
    if field.type == "boolean":
        return value.casefold() in ("true", "yes", "1", "sí", "si")
    return value


class OptionsForm(forms.Form):
    """How the documents of a run come out. ``formats`` are those that the template's engine makes."""

    format = forms.ChoiceField(label=gettext_lazy("Format"), widget=forms.RadioSelect)
    pdf_a = forms.BooleanField(label=gettext_lazy("PDF/A-3a for archives, PDF/UA-1 for screen readers"), required=False)
    file_name = forms.CharField(
        label=gettext_lazy("File name"),
        max_length=120,
        help_text=gettext_lazy("Fields in braces. A number is added where two names would be the same."),
        widget=forms.TextInput(attrs={"class": "mono", "spellcheck": "false", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of the document"), required=False)
    sequence = forms.RegexField(
        r"^[\w./-]{0,40}$",
        label=gettext_lazy("Number sequence"),
        required=False,
        help_text=gettext_lazy("Its first part, for example UA-2026. Numbers follow without gaps."),
    )
    retention_days = forms.TypedChoiceField(label=gettext_lazy("Keep documents for"), coerce=int)
    unique_email = forms.BooleanField(
        label=gettext_lazy("Ask when two rows have the same e-mail address"), required=False
    )

    def __init__(
        self,
        *args: Any,
        formats: Sequence[str],
        languages: Sequence[tuple[str, str]],
        paths: Sequence[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.paths = list(paths)
        labels = {"pdf": "PDF", "docx": "Word"}
        self._choose("format", [(name, labels.get(name, name)) for name in formats])
        self._choose("language", [("", _("Of each row")), *languages])
        days = {30: _("30 days"), 90: _("90 days"), 365: _("1 year"), 3650: _("10 years")}
        self._choose("retention_days", [(number, days[number]) for number in DAYS])

    def _choose(self, name: str, choices: Sequence[tuple[Any, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(choices)

    def clean_file_name(self) -> str:
        """This will refuse a pattern with unknown fields, and say which one was probably meant."""
        pattern = str(self.cleaned_data["file_name"])
        problems = pattern_problems(pattern, self.paths)
        if problems:
            raise forms.ValidationError([problem.message for problem in problems])
        return pattern
