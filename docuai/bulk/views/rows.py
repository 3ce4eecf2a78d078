"""One row of a run: its drawer, its picture, its correction; and many corrected rows at once."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from docuai.bulk import failed_rows, selectors, services
from docuai.bulk.failed_rows import UploadError
from docuai.bulk.models import BulkRun, Document, RunRow
from docuai.bulk.services.taking import note_row
from docuai.bulk.tables.errors import TableError
from docuai.bulk.views.context import run_at, run_context, run_of
from docuai.bulk.views.correction_form import CorrectionForm
from docuai.engines import services as engines
from docuai.engines.services import EngineError
from docuai.permissions import RUN_MANAGE, RUN_VIEW
from platform_core.access.can import can
from platform_core.access.doors import organization_page
from platform_core.kits.web.requests import go, wants, whole
from platform_core.kits.web.toasts import toast
from platform_core.organizations.models import Organization


@require_safe
@organization_page(RUN_VIEW, of=run_at)
def row_page(request: HttpRequest, organization: Organization, number: int, row: int) -> HttpResponse:
    """This will open a row's drawer: over the page that asks, or on the run's page."""
    run = run_of(organization, number)
    found = _row(run, row)
    note_row(run=run, row=found, actor=request.user)  # type: ignore[arg-type]
    return _drawer(request, organization, run, found, CorrectionForm(run, found))


@require_POST
@organization_page(RUN_MANAGE, of=run_at)
def correct(request: HttpRequest, organization: Organization, number: int, row: int) -> HttpResponse:
    """This will correct a row with what was typed, or show what does not fit and keep it."""
    run = run_of(organization, number)
    found = _row(run, row)
    form = CorrectionForm(run, found, request.POST)
    if form.is_valid():
        try:
            services.correct_row(
                actor=request.user,  # type: ignore[arg-type]
                run=run,
                row=found,
                data=form.data_of_row,
                email=form.email,
                reason=form.reason,
                send=form.send,
            )
        except services.RowFaultsError as error:
            form.add_faults(error.faults)
        except services.RunError as error:
            form.add_problem(str(error))
        else:
            toast(request, _("Row %(row)s corrected. Its document is being made again.") % {"row": row})
            return go(request, "run", slug=organization.slug, number=number)
    return _drawer(request, organization, run, found, form, status=422)


@require_POST
@organization_page(RUN_MANAGE, of=run_at)
def corrections(request: HttpRequest, organization: Organization, number: int) -> HttpResponse:
    """This will take the CSV of failed rows back, corrected, and go on with the same run."""
    run = run_of(organization, number)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise UploadError(_("Choose the CSV of failed rows that you corrected."))
        numbers = RunRow.objects.for_organization(organization).filter(run=run, state__in=["failed", "done"])
        current = dict(numbers.values_list("number", "data"))
        rows, faults = failed_rows.read_corrected(run, file.read(), file.name or "", current)
        bad = {fault.number for fault in faults}
        good = {n: data for n, data in rows.items() if n not in bad}
        done = services.correct_rows(actor=request.user, run=run, rows=good)  # type: ignore[arg-type]
    except (UploadError, TableError, services.RunError) as error:
        toast(request, str(error), level="failed")
        return go(request, "run", slug=organization.slug, number=number)
    left = [*faults, *done.faults]
    text = ngettext("%(count)s row is made again.", "%(count)s rows are made again.", done.changed)
    toast(request, text % {"count": done.changed})
    if left:
        first = left[0]
        text = _("Still wrong, row %(row)s: %(message)s") % {"row": first.number, "message": first.message}
        toast(request, text, level="failed")
    return go(request, "run", slug=organization.slug, number=number)


@require_safe
@organization_page(RUN_VIEW, of=run_at)
def picture(request: HttpRequest, organization: Organization, number: int, row: int) -> HttpResponseBase:
    """This will draw the first page of a row's document, ``?version=1`` of an older one; kept while it is the same."""
    run = run_of(organization, number)
    versions = _versions(run, row).filter(content_type="application/pdf")
    wanted = request.GET.get("version", "")
    found = get_object_or_404(versions.filter(number=whole(wanted) or 0) if wanted else versions.filter(state="valid"))
    tag = f'"{found.sha256}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=60"}
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304, headers=headers)
    try:
        image = engines.page_png(pdf=selectors.content_of(found), dpi=72)
    except EngineError as error:
        raise Http404(str(error)) from error
    return HttpResponse(image.content, content_type="image/png", headers=headers)


def _row(run: BulkRun, number: int) -> RunRow:
    rows = RunRow.objects.for_organization(run.organization_id).filter(run=run)
    return get_object_or_404(rows.select_related("document"), number=number)


def _versions(run: BulkRun, row: int) -> Any:
    return Document.objects.for_organization(run.organization_id).filter(run=run, row__number=row).order_by("-number")


def _pair(versions: list[Document]) -> list[Document]:
    """The version that became void last and the one that stands in its place, if that is made already; first pages only."""
    void = next((document for document in versions if document.state == Document.State.VOID), None)
    if void is None or void.content_type != "application/pdf":
        return []
    return [void, *(document for document in versions if document.state == Document.State.VALID)]


def _drawer(
    request: HttpRequest, organization: Organization, run: BulkRun, row: RunRow, form: CorrectionForm, status: int = 200
) -> HttpResponse:
    if run.purged_at:
        raise Http404
    shown = selectors.shown_row(row, selectors.label_path(run.version.schema))
    versions = list(_versions(run, row.number))
    drawer = {
        "drawer": "docuai/bulk/row_drawer.html",
        "row": row,
        "label": shown.label,
        "versions": versions,
        "pair": _pair(versions),
        "next_version": versions[0].number + 1 if versions else 1,
        "form": form,
        "is_error": status != 200,
    }
    if wants(request, "drawer"):
        context = {
            "organization": organization,
            "run": run,
            "job": run.job,
            "can_manage": can(request.principal, RUN_MANAGE, run),  # type: ignore[attr-defined]
            **drawer,
        }
        return render(request, "docuai/bulk/row_drawer.html", context, status=status)
    return render(request, "docuai/bulk/run.html", run_context(request, organization, run, **drawer), status=status)
