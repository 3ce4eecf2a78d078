"""The editor's state: a version, or what a person has made of it in the form and not saved yet.

The form is the state: source, sample and settings of fields travel with each request, so a preview needs nothing stored.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import pgettext_lazy

from docuai.engines.services import Problem
from docuai.library import problems, sampling, schemas
from docuai.library.content import Content, content_of, inspected
from docuai.library.models import TemplateVersion
from docuai.library.sampling import as_text, from_text, value_at, with_value
from docuai.library.schemas import FieldLine, FieldSetting
from docuai.library.services.samples import MOST, Sample, SampleError, sample_of, samples_of

FIT, ZOOMS = 100, (60, 80, 100, 130, 170, 220)
DPI = 110
PART_LABELS = {
    "document": pgettext_lazy("part of a Word file", "Text"),
    "header": pgettext_lazy("part of a Word file", "Header"),
    "footer": pgettext_lazy("part of a Word file", "Footer"),
    "footnotes": pgettext_lazy("part of a Word file", "Footnotes"),
    "endnotes": pgettext_lazy("part of a Word file", "Endnotes"),
    "comments": pgettext_lazy("part of a Word file", "Comments"),
    "properties": pgettext_lazy("part of a Word file", "Document properties"),
}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field as the panel shows it: its line, the sample's value as text, the example as text."""

    line: FieldLine
    value: str
    example: str
    fault: str = ""

    @property
    def key(self) -> str:
        """This will give a name that can stand in an id."""
        return "".join(c if c.isalnum() else "-" for c in self.line.path)


@dataclass(slots=True)
class Editing:
    """A version being looked at or changed: its content as it is now, in one of its languages."""

    version: TemplateVersion
    content: Content
    language: str
    row: dict[str, Any]
    chosen: Sample
    sample_as: str = "form"
    sample_text: str = ""
    wanted: str = ""  # the id of the sample to show next
    gone: bool = False  # the values in the form are of a sample that somebody has deleted: they replace no other's
    page: int = 1
    zoom: int = FIT
    faults: list[Problem] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def schema(self) -> Mapping[str, Any]:
        """This will give the schema as it is now."""
        return self.content.schema or {}

    @property
    def source_text(self) -> str:
        """This will give the source of the language as text; nothing for Word."""
        if self.content.engine != "typst":
            return ""
        return self.content.sources[self.language].decode("utf-8-sig", "replace").replace("\r\n", "\n")

    @property
    def shared_with(self) -> list[str]:
        """This will name the other languages whose source is the same: they change together."""
        mine = self.content.sources[self.language]
        return [each for each, source in self.content.sources.items() if source == mine and each != self.language]

    @property
    def samples(self) -> list[Sample]:
        """This will list the samples to choose from."""
        return samples_of(self.version)

    @property
    def room(self) -> bool:
        """Whether another sample can be added."""
        return len(self.samples) < MOST

    @property
    def fields(self) -> list[FieldRow]:
        """This will list the fields of the panel; those inside lists come with their list."""
        lines = [line for line in schemas.lines_of(self.schema) if not line.inside_list]
        return [
            FieldRow(line, self.texts.get(line.path, as_text(value_at(self.row, line.path))), as_text(line.example))
            for line in lines
            if line.kind != "object" or line.read_only
        ]

    @property
    def parts(self) -> list[tuple[str, list[str]]]:
        """This will name the parts of a Word file that hold tags, with these: text, header, footer, properties …"""
        return [
            (str(PART_LABELS[part["kind"]]), part["tags"])
            for part in self.version.parts
            if part["language"] == self.language and part["kind"] in PART_LABELS
        ]

    @property
    def zooms(self) -> tuple[int | None, int | None]:
        """This will give the next smaller and the next larger zoom."""
        at = ZOOMS.index(self.zoom)
        return (ZOOMS[at - 1] if at else None, ZOOMS[at + 1] if at + 1 < len(ZOOMS) else None)

    def problems(self) -> list[Problem]:
        """This will inspect the content as it is now; the form's own faults stand first."""
        if self.content.engine == "word" and self.content.source.content_hash == self.version.content_hash:
            found = tuple(problems.problems_of(self.version))  # a second of work that another sample does not change
        else:
            found = inspected(replace(self.content, sample=self.row)).problems
        misfits = [] if self.faults else sampling.misfits(self.row, self.schema)
        return problems.by_severity([*self.faults, *found, *misfits])


def opened(version: TemplateVersion, asked: QueryDict) -> Editing:
    """This will open a version as it is stored, in the language that the address names."""
    content = content_of(version)
    language = asked.get("language", "")
    if language not in content.sources:
        language = next(iter(content.sources))
    chosen = chosen_sample(version, asked.get("sample_id"))
    row = sampling.in_order(chosen.row, version.schema)
    return Editing(version, content, language, row, chosen, sample_text=_pretty(row))


def chosen_sample(version: TemplateVersion, given: str | None) -> Sample:
    """This will find the sample that an address or a form names; the first where it names none that is there."""
    try:
        return sample_of(version, UUID(given) if given else None)
    except (ValueError, SampleError):
        return sample_of(version, None)


def choose(editing: Editing, sample: Sample) -> None:
    """This will show another sample; what stands in the form of source and fields stays."""
    editing.chosen, editing.texts = sample, {}
    editing.row = sampling.in_order(sample.row, editing.schema)
    editing.sample_text = _pretty(editing.row)


def posted(version: TemplateVersion, form: QueryDict, *, may_edit: bool) -> Editing:
    """This will read the form over a version; who may not edit tries another sample and nothing else."""
    editing = opened(version, form)
    if before := form.get("sample_id_was"):  # the values in the form are those of the sample that was shown
        choose(editing, chosen_sample(version, before))
        editing.gone = str(editing.chosen.id) != before
    if may_edit:
        _read_source(editing, form)
        _read_fields(editing, form)
    _read_sample(editing, form)
    editing.wanted = form.get("sample_id", "")
    editing.page = _number(form.get("page"), 1)
    zoom = _number(form.get("zoom"), FIT)
    editing.zoom = zoom if zoom in ZOOMS else FIT
    return editing


def act(editing: Editing, action: str) -> None:
    """This will add a field to the form or take one out of it: ``add:name``, ``drop:name``."""
    verb, _, path = action.partition(":")
    path = path.strip()[:120]
    if verb == "add" and path:
        schema = schemas.with_settings(editing.schema, {path: FieldSetting(kind="text", required=True)})
        editing.content = replace(editing.content, schema=schema)
    elif verb == "drop" and path:
        editing.content = replace(editing.content, schema=schemas.without(editing.schema, path))


def _read_source(editing: Editing, form: QueryDict) -> None:
    if editing.content.engine != "typst" or "source" not in form:
        return
    text = form.get("source", "").replace("\r\n", "\n")
    if text == editing.source_text:
        return
    together = dict.fromkeys([editing.language, *editing.shared_with], text.encode())
    editing.content = replace(editing.content, sources={**editing.content.sources, **together})


def _read_fields(editing: Editing, form: QueryDict) -> None:
    """The form lists the fields that it shows: what it leaves out goes, what it names anew comes, the rest stays."""
    listed = form.getlist("field")
    if not listed:
        return
    schema: Mapping[str, Any] = editing.schema
    known = {line.path: line for line in schemas.lines_of(schema)}
    for path in [row.line.path for row in editing.fields if row.line.path not in listed]:
        schema = schemas.without(schema, path)
    settings = {path: _setting(form, path, known.get(path)) for path in listed if path}
    editing.content = replace(editing.content, schema=schemas.with_settings(schema, settings))


def _setting(form: QueryDict, path: str, line: FieldLine | None) -> FieldSetting:
    kind = form.get(f"kind.{path}")
    required = f"required.{path}" in form
    example = form.get(f"example.{path}")
    description = form.get(f"description.{path}")
    if line is None:
        return FieldSetting(kind or "text", required, example or None, description)
    kept = example is None or example.replace("\r\n", "\n") == as_text(line.example)
    value: Any = None
    if not kept and example is not None:
        value = _quietly(replace(line, kind=kind or line.kind), example)
    return FieldSetting(
        kind=kind if line.scalar else None,
        required=required if required != line.required else None,
        example=value,
        description=description if description is not None and description.strip() != line.description else None,
    )


def _quietly(line: FieldLine, text: str) -> Any:
    try:
        return "" if not text.strip() else from_text(line, text)
    except ValueError:
        return None


def _read_sample(editing: Editing, form: QueryDict) -> None:
    was, editing.sample_as = form.get("sample_was", "form"), form.get("sample_as", "form")
    if was == "json":
        editing.sample_text = form.get("sample", "")
        try:
            row = json.loads(editing.sample_text)
            json.dumps(row, ensure_ascii=False, allow_nan=False).encode()  # what cannot be written cannot be stored
            if not isinstance(row, dict):
                raise ValueError("{ … }")
            editing.row = row
        except (ValueError, RecursionError) as error:
            editing.faults.append(Problem("error", "sample_unreadable", {"detail": str(error)[:200]}))
            editing.sample_as = "json"
        return
    for line in schemas.lines_of(editing.schema):
        name = f"sample.{line.path}"
        if name not in form or line.inside_list:
            continue
        text = form.get(name, "").replace("\r\n", "\n")
        if text == as_text(value_at(editing.row, line.path)):
            continue
        try:
            editing.row = with_value(editing.row, line.path, from_text(line, text))
        except ValueError as error:
            editing.texts[line.path] = text
            editing.faults.append(Problem("error", "sample_unreadable", {"detail": f"{line.path}: {error}"[:200]}))
    editing.sample_text = _pretty(editing.row)


def _pretty(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, indent=2)


def _number(value: str | None, otherwise: int) -> int:
    return max(1, int(value)) if value and value.isdecimal() and len(value) < 6 else otherwise
