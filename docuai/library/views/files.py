"""What is looked at or taken along: pictures of pages, the sample as a document, a source file."""

from functools import lru_cache

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from docuai.engines.services import EngineError
from docuai.library import services
from docuai.library.content import Content, content_of
from docuai.library.starters import starter
from docuai.library.views.editing import chosen_sample
from docuai.library.views.finding import number_of, template_of, template_or_404, version_or_404
from docuai.permissions import TEMPLATE_EDIT, TEMPLATE_VIEW
from platform_core.access.doors import organization_page
from platform_core.files import selectors as files
from platform_core.kits.web.ranges import disposition
from platform_core.organizations.models import Organization

KEPT_SECONDS = 24 * 60 * 60
SMALLEST_DPI, LARGEST_DPI = 40, 220
TYPES = {"typst": "text/plain; charset=utf-8", "pdf": "application/pdf"}
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
NOTHING = "docuai/library/no_picture.svg"


@require_GET
@organization_page(TEMPLATE_VIEW, of=template_of)
def thumbnail(request: HttpRequest, organization: Organization, template: str) -> HttpResponse:
    """This will give the picture of a template's first page; a drawn sheet where it cannot be made."""
    found = template_or_404(organization, template)
    version = version_or_404(found, number_of(request.GET.get("version")))
    try:
        file = services.thumbnail_of(version=version)
        return _kept(HttpResponse(files.read(file), content_type=file.content_type))
    except (EngineError, files.MissingFileError):
        return render(request, NOTHING, content_type="image/svg+xml")


@require_GET
@organization_page(TEMPLATE_VIEW, of=template_of)
def picture(request: HttpRequest, organization: Organization, template: str, number: int) -> HttpResponse:
    """This will give one page of a version's sample as PNG."""
    version = version_or_404(template_or_404(organization, template), number)
    dpi = number_of(request.GET.get("dpi")) or 96
    try:
        drawn = services.picture_of(
            source=services.source_of(version=version),
            row=chosen_sample(version, request.GET.get("sample_id")).row,
            language=request.GET.get("language", "")[:5],
            page=max(1, number_of(request.GET.get("page")) or 1),
            dpi=max(SMALLEST_DPI, min(dpi, LARGEST_DPI)),
        )
    except EngineError:
        return render(request, NOTHING, content_type="image/svg+xml", status=422)
    return HttpResponse(drawn.content, content_type="image/png")


@require_GET
@organization_page(TEMPLATE_VIEW, of=template_of)
def sample_document(request: HttpRequest, organization: Organization, template: str, number: int) -> HttpResponse:
    """This will give the document of a version's sample row, as PDF or Word."""
    version = version_or_404(template_or_404(organization, template), number)
    wanted = "docx" if request.GET.get("format") == "docx" else "pdf"
    try:
        made = services.preview(
            source=services.source_of(version=version),
            row=chosen_sample(version, request.GET.get("sample_id")).row,
            language=request.GET.get("language", "")[:5],
            format=wanted,
        )
    except EngineError as error:
        return HttpResponse(f"{error.message} {error.hint}", content_type="text/plain; charset=utf-8", status=422)
    return _named(
        HttpResponse(made.content, content_type=made.mime), f"{template}-v{number}.{wanted}", inline=wanted == "pdf"
    )


@require_GET
@organization_page(TEMPLATE_VIEW, of=template_of)
def source(
    request: HttpRequest, organization: Organization, template: str, number: int, language: str
) -> HttpResponseBase:
    """This will give a source file back, as it was uploaded."""
    version = version_or_404(template_or_404(organization, template), number)
    content = content_of(version)
    if language not in content.sources:
        raise Http404
    kind = TYPES.get(content.engine, WORD_TYPE)
    return _named(HttpResponse(content.sources[language], content_type=kind), content.name_of(language))


@require_GET
@organization_page(TEMPLATE_EDIT)
def starter_picture(request: HttpRequest, organization: Organization, starter: str) -> HttpResponse:
    """This will give the picture of a starter's first page, in the reader's language."""
    try:
        return _kept(HttpResponse(_starter_png(starter, (get_language() or "en")[:2]), content_type="image/png"))
    except KeyError as error:
        raise Http404 from error
    except EngineError:
        return render(request, NOTHING, content_type="image/svg+xml")


@lru_cache(maxsize=32)
def _starter_png(slug: str, language: str) -> bytes:
    chosen = starter(slug)
    spoken = language if language in chosen.languages else "en"
    content = Content(chosen.engine, chosen.sources(), schema=chosen.schema())
    return services.picture_of(source=content.source, row=chosen.sample(spoken), language=spoken, dpi=72).content


def _kept(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, private=True, max_age=KEPT_SECONDS)
    return response


def _named(response: HttpResponse, name: str, *, inline: bool = False) -> HttpResponse:
    response["Content-Disposition"] = disposition(name, inline=inline)
    return response
