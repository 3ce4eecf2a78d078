"""A template's page: source or file beside its pages, its fields and sample, what is wrong with it, its versions."""

import base64
import json
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from docuai.engines import services as engines
from docuai.engines.services import EngineError, Problem
from docuai.library import headers, problems, selectors, services
from docuai.library.content import Content
from docuai.library.forms import DescribeTemplate, UploadSource, languages
from docuai.library.models import TemplateVersion
from docuai.library.schemas import KIND_LABELS, KINDS
from docuai.library.services import Picture
from docuai.library.views import samples
from docuai.library.views.editing import DPI, Editing, act, opened, posted
from docuai.library.views.finding import (
    may_edit,
    number_of,
    person,
    shares_url,
    template_of,
    template_or_404,
    version_or_404,
)
from docuai.permissions import TEMPLATE_EDIT, TEMPLATE_VIEW
from platform_core.access.doors import organization_page, require
from platform_core.kits.editing import seen_of
from platform_core.kits.web.toasts import Level, toast
from platform_core.organizations.models import Organization

PAGE, PARTS = "docuai/library/editor.html", "docuai/library/editor_parts.html"
MENU_VERSIONS = 6
ABOUT_PDF = ("converter_", "font_substituted")


@dataclass(frozen=True, slots=True)
class Tab:
    """A language of the editor: its source is its own, shared with others, or not there."""

    code: str
    name: Any
    current: bool
    there: bool


@organization_page(TEMPLATE_VIEW, of=template_of)
def editor(request: HttpRequest, organization: Organization, template: str) -> HttpResponse:
    """This will show a template; a POST tries what stands in the form, or saves it as the next version."""
    found = template_or_404(organization, template)
    wanted = number_of(request.POST.get("base") or request.GET.get("version"))
    version = version_or_404(found, wanted)
    if request.method != "POST":
        return shown_editor(request, organization, version)
    edits = may_edit(request, found)
    editing = posted(version, request.POST, may_edit=edits)
    action = request.POST.get("do", "")
    if action == "add:":
        action += request.POST.get("new_field", "")
    if action == "save" or action in samples.ACTIONS:
        require(request.principal, TEMPLATE_EDIT, found)  # type: ignore[attr-defined]
    if action == "save":
        return _save(request, organization, editing)
    shown = editing.chosen.id
    said = _sampled(request, editing, action, edits=edits)
    if edits and action not in samples.ACTIONS:
        act(editing, action)
    if request.headers.get("HX-Request") == "true":
        renewed = ":" in action or _changed_mode(request) or shown != editing.chosen.id
        response = _parts(request, organization, editing, fields=renewed)
    else:
        response = None
    if said:
        toast(request, said[0], level=said[1], response=response)
    return response or _page(request, organization, editing, live=True)


def _sampled(request: HttpRequest, editing: Editing, action: str, *, edits: bool) -> tuple[str, Level] | None:
    """What was done to the samples, if anything, and whether it worked."""
    try:
        acted = samples.act(request, editing, action) if action in samples.ACTIONS else ""
        said = acted or samples.switch(request, editing, may_edit=edits)
    except services.SampleError as refused:
        return str(refused), "failed"
    return (said, "failed" if editing.faults else "done") if said else None


def shown_editor(
    request: HttpRequest,
    organization: Organization,
    version: TemplateVersion,
    *,
    upload: forms.Form | None = None,
    about: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """This will render the whole page of a version as it is stored; with a form that was refused, if there is one."""
    return _page(request, organization, opened(version, request.GET), upload=upload, about=about, status=status)


def _save(request: HttpRequest, organization: Organization, editing: Editing) -> HttpResponse:
    base = editing.version
    if editing.faults:
        return _page(request, organization, editing, live=True, status=422)
    if editing.gone:
        toast(request, _("This sample is not there any more. Choose another."), level="failed")
        return _page(request, organization, editing, live=True, status=422)
    try:
        saved = services.save_version(
            actor=person(request),
            base=base,
            sources=editing.content.sources,
            schema=editing.schema,
            sample=editing.row,
            sample_id=editing.chosen.id,
            notes=request.POST.get("notes", ""),
        )
    except services.TemplateError as error:
        toast(request, str(error), level="failed")
        return _page(request, organization, editing, live=True, status=422)
    _say(request, base, saved)
    address = reverse("template", kwargs={"slug": organization.slug, "template": base.template.slug})
    shown = next((each for each in services.samples_of(saved) if each.name == editing.chosen.name), None)
    chosen = f"&sample_id={shown.id}" if shown and not shown.first else ""
    return redirect(f"{address}?version={saved.number}&language={editing.language}{chosen}")


def _say(request: HttpRequest, base: TemplateVersion, saved: TemplateVersion) -> None:
    if saved.number == base.number:
        toast(
            request,
            _("Sample saved. Nothing else changed: it is still version %(n)s.") % {"n": base.number},
        )
    elif saved.number > base.number + 1:
        text = _(
            "Version %(new)s saved from version %(old)s. There were newer versions: compare them before you publish."
        )
        toast(request, text % {"new": saved.number, "old": base.number})
    else:
        toast(request, _("Version %(number)s saved as a draft.") % {"number": saved.number})


def _parts(request: HttpRequest, organization: Organization, editing: Editing, *, fields: bool) -> HttpResponse:
    """What changes while somebody types: the pages and the problems; the fields only when they were asked for."""
    context = _context(request, organization, editing) | _looked_at(editing) | {"with_fields": fields}
    response = render(request, PARTS, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _page(
    request: HttpRequest,
    organization: Organization,
    editing: Editing,
    *,
    live: bool = False,
    upload: forms.Form | None = None,
    about: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole page; ``live`` draws and inspects what stands in the form, else the pages come after the page."""
    template = editing.version.template
    found = list(selectors.versions(template)[: MENU_VERSIONS + 1])
    context = _context(request, organization, editing) | {
        "versions": found[:MENU_VERSIONS],
        "more_versions": len(found) > MENU_VERSIONS,
        "published": next((each for each in found if each.state == "published"), None),
        "tabs": _tabs(editing),
        "missing": selectors.missing_languages(list(editing.content.sources)),
        "upload": upload or UploadSource(prefix="source", initial={"language": editing.language}),
        "about": about or DescribeTemplate(prefix="about", initial=_described(template)),
        "about_seen": seen_of(template, services.EDITED),
        "show_upload": upload is not None,
        "show_about": about is not None,
        "start_url": _start_url(organization, editing.version),
        "kinds": [(kind, KIND_LABELS[kind]) for kind in KINDS],
        "unsaved": live,
    }
    if live:
        context |= _looked_at(editing)
    else:
        context |= _told(editing.content, problems.problems_of(editing.version))
    response = render(request, PAGE, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _context(request: HttpRequest, organization: Organization, editing: Editing) -> dict[str, Any]:
    asked = request.POST.get("header", "")
    return {
        "organization": organization,
        "template": editing.version.template,
        "version": editing.version,
        "editing": editing,
        "typst": editing.content.engine == "typst",
        "can_edit": may_edit(request, editing.version.template),
        "shares_url": shares_url(request, editing.version.template),
        "capabilities": engines.capabilities(engine=editing.content.engine),
        "header": asked,
        "header_check": headers.check_header(editing.schema, headers.header_of(asked)) if asked.strip() else None,
        "kinds": [(kind, KIND_LABELS[kind]) for kind in KINDS],
        "default_name": dict(languages()).get(editing.version.default_language, editing.version.default_language),
        "file_name": editing.content.name_of(editing.language),
        "file_size": len(editing.content.sources[editing.language]),
    }


def _looked_at(editing: Editing) -> dict[str, Any]:
    """The page as picture and all problems, of what stands in the form."""
    found = editing.problems()
    picture, error = _drawn(editing)
    if error is not None and error.code not in {problem.code for problem in found}:
        found = problems.by_severity([problems.as_problem(error), *found])
    told = _told(editing.content, found)
    drawn = "data:image/png;base64," + base64.b64encode(picture.content).decode() if picture else ""
    return told | {"picture": picture, "drawn": drawn, "stopped": error}


def _drawn(editing: Editing) -> tuple[Picture | None, EngineError | None]:
    try:
        dpi = DPI * max(editing.zoom, 100) // 100
        picture = services.picture_of(
            source=editing.content.source, row=editing.row, language=editing.language, page=editing.page, dpi=dpi
        )
    except EngineError as error:
        return None, error
    return picture, None


def _told(content: Content, found: list[Problem]) -> dict[str, Any]:
    """Problems apart from what the converter to PDF lacks, and their places for the source pane."""
    pdf = [problem for problem in found if problem.severity == "notice" and problem.code.startswith(ABOUT_PDF)]
    listed = [problem for problem in found if problem not in pdf]
    marks = [
        {
            "line": problem.location.line,
            "column": problem.location.column or 1,
            "message": f"{problem.message} {problem.hint}".strip(),
            "severity": {"notice": "info"}.get(problem.severity, problem.severity),
        }
        for problem in listed
        if problem.location.line and problem.location.part in ("", "template.typ")
    ]
    worst = next((each for each in problems.SEVERITIES if each in {problem.severity for problem in listed}), "")
    return {"problems": listed, "about_pdf": pdf, "marks": json.dumps(marks), "worst": worst}


def _tabs(editing: Editing) -> list[Tab]:
    there = editing.content.sources
    names = dict(languages())
    codes = [*names, *(code for code in there if code not in names)]
    return [Tab(code, names.get(code, code), code == editing.language, code in there) for code in codes]


def _described(template: Any) -> dict[str, str]:
    return {"name": template.name, "description": template.description, "tags": ", ".join(template.tags)}


def _start_url(organization: Organization, version: TemplateVersion) -> str:
    """Where a run with this template starts: the wizard stands above this slice, so only its route's name is known."""
    try:
        address = reverse("run-new", kwargs={"slug": organization.slug})
    except NoReverseMatch:
        return ""
    return f"{address}?template={version.template.slug}"


def _changed_mode(request: HttpRequest) -> bool:
    return request.POST.get("sample_as", "form") != request.POST.get("sample_was", "form")
