"""Step 3, "Which column fills which field?": the template's fields, each with its column, its steps and its result."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from docuai.bulk.drafting import Outcome, mapping_for, outcomes, suggestions_for
from docuai.bulk.fields import FieldSpec, fields_of
from docuai.bulk.forms import mapping_from, shown_source
from docuai.bulk.mapping import Entry, problems_of
from docuai.bulk.mapping import Mapping as FieldMapping
from docuai.bulk.models import RunDraft
from docuai.bulk.passes import schema_of
from docuai.bulk.selectors.drafts import last_mapped_run, next_serial
from docuai.bulk.services import drafts
from docuai.bulk.suggesting import Suggestion
from docuai.bulk.transforms import DATE_ORDERS, LABELS
from docuai.bulk.views.wizard.frame import draft_of, page
from docuai.permissions import RUN_START
from platform_core.access.doors import organization_page
from platform_core.kits.web.requests import wants
from platform_core.kits.web.toasts import toast
from platform_core.organizations.models import Organization

TYPE_WORDS = {
    "text": gettext_lazy("text"),
    "number": gettext_lazy("number"),
    "integer": gettext_lazy("whole number"),
    "boolean": gettext_lazy("yes or no"),
    "date": gettext_lazy("date"),
    "date-time": gettext_lazy("date and time"),
    "email": gettext_lazy("e-mail"),
    "list": gettext_lazy("list"),
}


NAMES = {"lang": gettext_lazy("Language"), "email": gettext_lazy("E-mail")}


@dataclass(frozen=True, slots=True)
class Line:
    """One field as the page shows it."""

    field: FieldSpec
    entry: Entry | None
    outcome: Outcome
    bars: int
    reason: str
    missing: bool
    problem: str
    place: int

    @property
    def name(self) -> str:
        """The field for people: `issued_on` as "Issued on"."""
        if self.field.path in NAMES:
            return str(NAMES[self.field.path])
        words = self.field.path.replace("[]", "").replace(".", ", ").replace("_", " ")
        return words[:1].upper() + words[1:]

    @property
    def kind(self) -> str:
        """What values it takes."""
        if self.field.choices:
            return " / ".join(str(choice) for choice in self.field.choices[:4])
        return str(TYPE_WORDS.get(self.field.type, self.field.type))

    @property
    def source(self) -> dict[str, Any]:
        """The entry as the form's inputs have it."""
        return shown_source(self.entry)

    @property
    def from_words(self) -> str:
        """Where its value comes from, in one line."""
        source = self.entry.source if self.entry else None
        if source is None:
            return ""
        if source.kind == "constant":
            return "" if source.is_open else f"“{source.value}”"
        return " + ".join(source.columns) or str(_("number sequence"))

    @property
    def chips(self) -> list[str]:
        """The steps in words."""
        steps = [_("join")] if self.entry and self.entry.source.kind == "concatenate" else []
        for step in self.entry.transforms if self.entry else ():
            label = DATE_ORDERS.get(step.value) if step.kind == "date" else None
            steps.append(
                str(label or LABELS[step.kind]) + (f" {step.value}" if step.kind in ("number", "default") else "")
            )
        return steps

    @property
    def fill_rate(self) -> float:
        """The filled share in percent."""
        return 100 * self.outcome.fill_rate


@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(RUN_START)
def columns(request: HttpRequest, organization: Organization, draft_id: UUID) -> HttpResponse:
    """This will show what fills each field; a POST keeps the choice and goes on when nothing required is open."""
    draft = draft_of(request, organization, draft_id)
    if draft.file is None:
        return redirect("run-new", slug=organization.slug)
    if request.method != "POST":
        return page(request, draft, "columns", _context(draft))
    do = request.POST.get("do", "")
    try:
        _change(request, draft, do)
    except drafts.DraftError as error:
        return page(request, draft, "columns", {**_context(draft), "error": str(error)}, status=422)
    context = _context(draft)
    if do == "next":
        if context["left"]:
            return page(request, draft, "columns", context | {"refused": True}, status=422)
        return redirect("run-options", slug=organization.slug, draft_id=draft.pk)
    if wants(request, "wizard"):
        return page(request, draft, "columns", context)
    return redirect("run-columns", slug=organization.slug, draft_id=draft.pk)


def _change(request: HttpRequest, draft: RunDraft, do: str) -> None:
    seen = request.POST.get("seen", "")
    last = last_mapped_run(draft.organization_id, draft.template_id)
    if do == "last" and last is not None:
        drafts.set_mapping(draft=draft, mapping=FieldMapping.from_json(last.mapping), seen=seen)
        toast(request, _("Mapping of run %(number)s taken.") % {"number": last.number})
    elif do == "clear":
        drafts.set_mapping(draft=draft, mapping=FieldMapping(), seen=seen)
    elif do == "suggest":
        drafts.set_mapping(draft=draft, mapping=mapping_for(draft, last), seen=seen)
    else:
        names = [column["name"] for column in draft.summary["table"]["columns"]]
        before = FieldMapping.from_json(draft.mapping)
        chosen = mapping_from(request.POST, fields_of(schema_of(draft.version)), names)
        drafts.set_mapping(draft=draft, mapping=chosen, seen=seen)
        if chosen.grouping != before.grouping:  # fields of the lines appear or go: suggest for them
            drafts.set_mapping(draft=draft, mapping=mapping_for(draft, last))


def _context(draft: RunDraft) -> dict[str, Any]:
    last = last_mapped_run(draft.organization_id, draft.template_id)
    names = [column["name"] for column in draft.summary["table"]["columns"]]
    fields = fields_of(schema_of(draft.version))
    mapping, found = FieldMapping.from_json(draft.mapping), outcomes(draft)
    problems = problems_of(mapping, fields, names)
    blocking = [problem for problem in problems if problem.blocking]
    suggested = suggestions_for(draft, last)
    messages = {problem.name: problem.message for problem in blocking}
    lines = [_line(place, one, mapping, found, messages) for place, one in enumerate(suggested, 1)]
    left = len(blocking)
    first = [line for line in lines if line.entry or line.field.required]
    return {
        "lines": first,
        "others": [line for line in lines if line not in first],
        "field_count": len(lines),
        "matched": sum(1 for line in lines if line.entry and not line.entry.source.is_open),
        "columns": names,
        "unused": [problem.name for problem in problems if problem.code == "unused_column"],
        "left": left,
        "left_words": ngettext("%(n)s required field has no column", "%(n)s required fields have no column", left)
        % {"n": left},
        "blocking": blocking,
        "last": last,
        "mapping": mapping,
        "grouping": mapping.grouping,
        "list_fields": [field.path for field in fields if field.type == "list" and _has_items(field, fields)],
        "date_orders": list(DATE_ORDERS.items()),
        "next_serial": next_serial(draft.organization_id, str(draft.options.get("sequence") or "")),
        "preview_numbers": [row["number"] for row in draft.summary["table"]["preview"]],
    }


def _line(
    place: int, one: Suggestion, mapping: FieldMapping, found: dict[str, Outcome], problems: dict[str, str]
) -> Line:
    entry = mapping.entry(one.field.path)
    as_suggested = entry is not None and entry == one.entry
    columns = entry.source.columns if entry else ()
    problem = problems.get(one.field.path, "") or next((problems[name] for name in columns if name in problems), "")
    reason = one.reason_text if as_suggested or entry is None else _("Chosen by you")
    bars = one.confidence if as_suggested else 3 if entry else 0
    outcome = found.get(one.field.path, Outcome())
    missing = one.field.required and entry is None
    return Line(one.field, entry, outcome, bars, reason, missing, problem, place)


def _has_items(field: FieldSpec, fields: Sequence[FieldSpec]) -> bool:
    return any(other.path.startswith(f"{field.path}[].") for other in fields)
