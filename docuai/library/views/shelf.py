"""The list of templates, and making a new one: from a starter, from a file, from a few lines of Typst."""

from pathlib import PurePosixPath

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from docuai.library import selectors, services, uploads
from docuai.library.forms import BLANK_TYPST, BlankTemplate, UploadTemplate
from docuai.library.models import DocumentTemplate, TemplateVersion
from docuai.library.starters import STARTERS
from docuai.library.views.finding import may_edit, person
from docuai.permissions import TEMPLATE_EDIT, TEMPLATE_VIEW
from platform_core.access.can import visible
from platform_core.access.doors import organization_page
from platform_core.kits.web.pagination import paginate
from platform_core.kits.web.toasts import toast
from platform_core.organizations.models import Organization

PAGE = 24
PAGE_NEW = "docuai/library/template_new.html"


@organization_page(TEMPLATE_VIEW, any_of=DocumentTemplate)
def shelf(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will show the templates as cards, narrowed by what the address says."""
    asked = {name: request.GET.get(name, "").strip()[:100] for name in ("tag", "engine", "state", "language")}
    wanted = selectors.Wanted(search=request.GET.get("q", "").strip()[:100], **asked)
    found = visible(selectors.templates(organization, wanted), request.principal, TEMPLATE_VIEW)  # type: ignore[attr-defined]
    shown = paginate(request, found, size=PAGE)
    shown.rows[:] = selectors.cards(organization, shown.rows)
    context = {
        "organization": organization,
        "shown": shown,
        "wanted": wanted,
        "narrowed": wanted != selectors.Wanted(),
        "tags": selectors.tags(organization),
        "states": TemplateVersion.State.choices,
        "engines": DocumentTemplate.Engine.choices,
        "can_edit": may_edit(request),
    }
    return render(request, "docuai/library/template_list.html", context)


@organization_page(TEMPLATE_EDIT)
def new(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will offer starters, an upload and a blank page; and make a template of the last two."""
    wanted = request.POST.get("make", "") if request.method == "POST" else ""
    first = {"language": (get_language() or "en")[:2]}
    sent = request.POST if wanted else None
    upload = UploadTemplate(sent if wanted == "upload" else None, request.FILES or None, initial=first, prefix="upload")
    blank = BlankTemplate(sent if wanted == "blank" else None, initial=first, prefix="blank")
    form = upload if wanted == "upload" else blank if wanted == "blank" else None
    if form is not None and form.is_valid():
        try:
            version = (
                _uploaded(request, organization, upload) if form is upload else _blank(request, organization, blank)
            )
            return _go_on(request, organization, version)
        except services.TemplateError as error:
            form.add_error("file" if form is upload else "name", str(error))
    context = {"organization": organization, "starters": STARTERS, "upload": upload, "blank": blank}
    return render(request, PAGE_NEW, context, status=422 if wanted else 200)


@require_POST
@organization_page(TEMPLATE_EDIT)
def from_starter(request: HttpRequest, organization: Organization, starter: str) -> HttpResponse:
    """This will make a template out of a starter."""
    chosen = next((each for each in STARTERS if each.slug == starter), None)
    if chosen is None:
        raise Http404
    version = services.create_from_starter(actor=person(request), organization=organization, starter=chosen)
    return _go_on(request, organization, version)


def _uploaded(request: HttpRequest, organization: Organization, form: UploadTemplate) -> TemplateVersion:
    file, language = form.cleaned_data["file"], form.cleaned_data["language"]
    raw = file.read()
    engine = uploads.engine_for(file.name, raw)
    content = uploads.read(engine=engine, file_name=file.name, content=raw, language=language)
    return services.create_template(
        actor=person(request),
        organization=organization,
        name=form.cleaned_data["name"] or PurePosixPath(uploads.safe_file_name(file.name)).stem or _("Template"),
        engine=engine,
        sources=content.sources,
        assets=content.assets,
        names=content.names,
        schema=content.schema,
        sample=content.sample,
        notes=content.notes,
    )


def _blank(request: HttpRequest, organization: Organization, form: BlankTemplate) -> TemplateVersion:
    return services.create_template(
        actor=person(request),
        organization=organization,
        name=form.cleaned_data["name"],
        engine="typst",
        sources={form.cleaned_data["language"]: BLANK_TYPST},
    )


def _go_on(request: HttpRequest, organization: Organization, version: TemplateVersion) -> HttpResponse:
    toast(request, _("Template “%(name)s” made.") % {"name": version.template.name})
    return redirect("template", slug=organization.slug, template=version.template.slug)
