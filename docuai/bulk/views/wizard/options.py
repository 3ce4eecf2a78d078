"""Step 4, "How should the documents come out?": format, names, language, numbers, retention."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from docuai.bulk.drafting import sample_values
from docuai.bulk.fields import fields_of
from docuai.bulk.forms import OptionsForm
from docuai.bulk.mapping import Mapping as FieldMapping
from docuai.bulk.models import RunDraft
from docuai.bulk.naming import UniqueNames, file_name, pattern_problems
from docuai.bulk.passes import language_of, schema_of, serial
from docuai.bulk.selectors.drafts import last_mapped_run, next_serial, sequence_names
from docuai.bulk.services import drafts
from docuai.bulk.views.wizard.frame import draft_of, page
from docuai.engines import services as engines
from docuai.library.models import TemplateSource
from docuai.permissions import RUN_START
from platform_core.access.doors import organization_page
from platform_core.kits.web.requests import wants
from platform_core.organizations.models import Organization

SHOWN_NAMES = 4
LANGUAGES = {"en": "English", "es": "Español"}


@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(RUN_START)
def options(request: HttpRequest, organization: Organization, draft_id: UUID) -> HttpResponse:
    """This will show the options; a POST keeps them, and goes on to the check."""
    draft = draft_of(request, organization, draft_id)
    if draft.file is None:
        return redirect("run-new", slug=organization.slug)
    if request.method != "POST":
        return page(request, draft, "options", _context(draft, _form(draft)))
    form = _form(draft, request.POST)
    if not form.is_valid():
        return page(request, draft, "options", _context(draft, form), status=422)
    try:
        drafts.set_options(draft=draft, options=form.cleaned_data, seen=request.POST.get("seen", ""))
    except drafts.DraftError as error:
        form.add_error(error.field or None, str(error))
        return page(request, draft, "options", _context(draft, form), status=422)
    if request.POST.get("do") == "next":
        return redirect("run-check", slug=organization.slug, draft_id=draft.pk)
    if wants(request, "wizard"):
        return page(request, draft, "options", _context(draft, _form(draft)))
    return redirect("run-options", slug=organization.slug, draft_id=draft.pk)


def _form(draft: RunDraft, given: Any = None) -> OptionsForm:
    return OptionsForm(
        given,
        initial=draft.options,
        formats=engines.capabilities(engine=draft.template.engine).formats,
        languages=[(code, LANGUAGES.get(code, code)) for code in _languages(draft)],
        paths=[
            field.path
            for field in fields_of(schema_of(draft.version))
            if field.type not in ("list", "object") and not field.in_list
        ],
        label_suffix="",
    )


def _languages(draft: RunDraft) -> list[str]:
    sources = TemplateSource.objects.for_organization(draft.organization_id).filter(version=draft.version)
    return list(sources.exclude(language="").order_by("language").values_list("language", flat=True).distinct())


def _context(draft: RunDraft, form: OptionsForm) -> dict[str, Any]:
    chosen = draft.options
    pattern = str(form["file_name"].value() or "")
    rows = sample_values(draft)
    numbers = [row["number"] for row in draft.summary["table"]["preview"]]
    names = [] if pattern_problems(pattern, form.paths) else _names(draft, pattern, numbers, rows)
    first = next_serial(draft.organization_id, str(chosen.get("sequence") or ""))
    total = int(draft.summary["table"]["found"]["rows"])
    numbered = any(entry.source.kind == "sequence" for entry in FieldMapping.from_json(draft.mapping).entries)
    name = str(chosen.get("sequence") or "")
    return {
        "form": form,
        "capabilities": engines.capabilities(engine=draft.template.engine),
        "names": names[:SHOWN_NAMES],
        "longest": max(names, key=len, default=""),
        "more": max(0, total - SHOWN_NAMES),
        "row_count": total,
        "numbered": numbered,
        "first_number": serial(name, first),
        "last_number": serial(name, first + total - 1),
        "sequences": sequence_names(draft.organization_id),
        "keep_until": timezone.localdate() + timedelta(days=int(chosen.get("retention_days") or drafts.KEEP_DAYS)),
        "last": last_mapped_run(draft.organization_id, draft.template_id),
        "speaks": _spoken(rows, str(chosen.get("language") or "")),
        "field_names": [path for path in form.paths if "[" not in path and "." not in path][:12],
    }


def _names(draft: RunDraft, pattern: str, numbers: list[int], rows: list[dict[str, Any]]) -> list[str]:
    given, extension = UniqueNames(), str(draft.options.get("format") or "pdf")
    language = str(draft.options.get("language") or "")
    return [
        given.give(file_name(pattern, row, row=number, extension=extension, language=language_of(row, language)))
        for number, row in zip(numbers, rows, strict=False)
    ]


def _spoken(rows: list[dict[str, Any]], language: str) -> str:
    """Which languages the first rows ask for, in words."""
    found = sorted({LANGUAGES.get(language_of(row, language), language_of(row, language)) for row in rows} - {""})
    return ", ".join(found) if found else _("not given by the rows")
