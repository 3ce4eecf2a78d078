"""What is different from the template's last run: shown before launch, because that is where mistakes are seen."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from docuai.bulk.mapping import Entry
from docuai.bulk.mapping import Mapping as FieldMapping
from docuai.bulk.models import BulkRun, RunDraft

COMPARED = ("format", "file_name", "retention_days", "language", "pdf_a", "sequence")
MAX_SAID = 4


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the list: an icon and a sentence; `same` says that nothing changed."""

    icon: str
    text: str
    same: bool = False


def changes_since(last: BulkRun, draft: RunDraft, last_fields: set[str]) -> list[Change]:
    """This will compare a draft with the last run. ``last_fields`` are the fields that the last run's version had."""
    return [*_version(last, draft, last_fields), *_rows(last, draft), *_mapping(last, draft), *_options(last, draft)]


def _version(last: BulkRun, draft: RunDraft, last_fields: set[str]) -> list[Change]:
    if last.version_id == draft.version_id:
        return [
            Change(
                "equal", _("The same version of the template, %(number)s") % {"number": draft.version.number}, same=True
            )
        ]
    text = _("Template version %(new)s, was %(old)s") % {"new": draft.version.number, "old": last.version.number}
    fresh = [name for name in draft.version.schema.get("properties", {}) if name not in last_fields]
    if fresh:
        text += _("; new: %(fields)s") % {"fields": ", ".join(fresh[:MAX_SAID])}
    return [Change("git-compare-arrows", text)]


def _rows(last: BulkRun, draft: RunDraft) -> list[Change]:
    rows, before = int(draft.summary.get("check", {}).get("rows", 0)), last.job.total
    if rows == before:
        return [Change("equal", _("As many rows as then, %(rows)s") % {"rows": rows}, same=True)]
    text = ngettext("%(rows)s row, then %(before)s", "%(rows)s rows, then %(before)s", rows)
    return [Change("rows-3", text % {"rows": rows, "before": before})]


def _mapping(last: BulkRun, draft: RunDraft) -> list[Change]:
    before = {entry.field: entry for entry in FieldMapping.from_json(last.mapping).entries}
    now = {entry.field: entry for entry in FieldMapping.from_json(draft.mapping).entries}
    changed = [name for name in now if before.get(name) != now[name]] + [name for name in before if name not in now]
    if not changed:
        return [Change("equal", _("Columns fill the same fields as then"), same=True)]
    said = [f"{name} ← {_source(now.get(name))}" for name in changed[:MAX_SAID]]
    more = len(changed) - MAX_SAID
    if more > 0:
        said.append(ngettext("%(n)s more", "%(n)s more", more) % {"n": more})
    return [Change("columns-3", ", ".join(said))]


def _source(entry: Entry | None) -> str:
    if entry is None:
        return _("nothing")
    if entry.source.kind == "constant":
        return f"“{entry.source.value}”"
    return " + ".join(entry.source.columns) if entry.source.columns else _("number sequence")


def _options(last: BulkRun, draft: RunDraft) -> list[Change]:
    names: dict[str, Any] = {
        "format": _("format"),
        "file_name": _("file names"),
        "retention_days": _("retention"),
        "language": _("language"),
        "pdf_a": _("PDF/A"),
        "sequence": _("number sequence"),
    }
    changed = [names[name] for name in COMPARED if last.options.get(name) != draft.options.get(name)]
    if not changed:
        return [Change("equal", _("Format, file names and retention are the same"), same=True)]
    return [Change("sliders-horizontal", _("Other options: %(names)s") % {"names": ", ".join(changed)})]
