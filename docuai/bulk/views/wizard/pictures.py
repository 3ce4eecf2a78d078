"""Pictures of rows before anything is launched, and the file of bad rows: made when asked for, not kept."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from docuai.bulk.drafting import sample_values
from docuai.bulk.exporting import failed_rows_csv
from docuai.bulk.faulty_rows import faulty_rows
from docuai.bulk.models import RunDraft
from docuai.bulk.passes import NoTableError, language_of
from docuai.bulk.tables.errors import TableError
from docuai.bulk.views.wizard.frame import draft_of
from docuai.engines import services as engines
from docuai.engines.services import EngineError, RenderOptions
from docuai.library import services as library
from docuai.permissions import RUN_START
from platform_core.access.doors import organization_page
from platform_core.kits.tenancy.scope import keep_scope
from platform_core.organizations.models import Organization
from platform_core.organizations.selectors.branding import for_documents

DPI = 72


@require_safe
@organization_page(RUN_START)
def row_picture(request: HttpRequest, organization: Organization, draft_id: UUID, number: int) -> HttpResponse:
    """This will draw one of the first rows as its document would look now."""
    draft = draft_of(request, organization, draft_id)
    rows = sample_values(draft)
    numbers = [row["number"] for row in draft.summary.get("table", {}).get("preview", [])]
    if number not in numbers or not rows:
        raise Http404
    return _picture(draft, rows[numbers.index(number)])


@require_safe
@organization_page(RUN_START)
def extreme_picture(request: HttpRequest, organization: Organization, draft_id: UUID, reason: str) -> HttpResponse:
    """This will draw the longest, the shortest or the emptiest row."""
    draft = draft_of(request, organization, draft_id)
    found = [one for one in draft.summary.get("check", {}).get("extremes", []) if one["reason"] == reason]
    if not found:
        raise Http404
    return _picture(draft, found[0]["values"])


@require_safe
@organization_page(RUN_START)
def faults_file(request: HttpRequest, organization: Organization, draft_id: UUID) -> HttpResponseBase:
    """This will give the bad rows as CSV, each with its number and what is wrong with it."""
    draft = draft_of(request, organization, draft_id)
    try:
        columns, rows = faulty_rows(draft)
    except (TableError, NoTableError):
        raise Http404 from None
    name = slugify(draft.summary["table"]["name"].rpartition(".")[0]) or "table"
    response = StreamingHttpResponse(keep_scope(failed_rows_csv(columns, rows)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-to-mend.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _picture(draft: RunDraft, values: dict[str, Any]) -> HttpResponse:
    """A PNG, or the reason as text where the row cannot be made (the page shows the alternative text then)."""
    language = language_of(values, str(draft.options.get("language") or ""))
    options = RenderOptions(language=language, pdf_a=False, brand=for_documents(draft.organization))
    try:
        image = engines.preview_png(
            version=library.source_of(version=draft.version), row=values, options=options, dpi=DPI
        )
    except EngineError as error:
        return HttpResponse(str(error.message), status=422, content_type="text/plain; charset=utf-8")
    response = HttpResponse(image.content, content_type="image/png")
    response["Cache-Control"] = "private, max-age=300"
    return response
