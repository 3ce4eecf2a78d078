"""What leaves a run: one document, the archive, the manifest, one merged PDF, the failed rows."""

from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from docuai.bulk import bundling, failed_rows, selectors
from docuai.bulk.models import Document
from docuai.bulk.services.taking import note_taken
from docuai.bulk.views.context import picked, run_at, run_of
from docuai.permissions import RUN_VIEW
from platform_core.access.doors import organization_page
from platform_core.files.models import StoredFile
from platform_core.files.selectors import stream
from platform_core.kits.web.ranges import disposition, ranged
from platform_core.kits.web.requests import go, whole
from platform_core.kits.web.toasts import toast
from platform_core.organizations.models import Organization

# A document is shown by the browser's own viewer and may do nothing: no script, no form, no request.
DOCUMENT_POLICY = "default-src 'none'; object-src 'self'; plugin-types application/pdf; style-src 'unsafe-inline'; frame-ancestors 'self'"


@require_safe
@organization_page(RUN_VIEW, of=run_at)
def archive(request: HttpRequest, organization: Organization, number: int) -> HttpResponseBase:
    """This will give the run's documents as one ZIP, whole or any range of it; ``?row=3&row=8`` only those of these rows."""
    run = run_of(organization, number)
    if run.purged_at:
        raise Http404
    rows = picked(request)
    documents = bundling.documents_of(run) if rows is None else bundling.documents_of(run).filter(row__number__in=rows)
    if rows is not None and not documents.exists():
        toast(request, _("None of these rows has a document to download."), level="failed")
        return go(request, "run", slug=organization.slug, number=number)
    note_taken(
        action="docuai.run.archive",
        run=run,
        actor=request.user,  # type: ignore[arg-type]
        method=request.method,
        headers=request.headers,
        count=documents.count,
    )
    packed = bundling.archive_of(run, rows)
    name = f"run-{run.number}-{run.template.slug}.zip" if rows is None else f"run-{run.number}-selected.zip"
    return ranged(
        request,
        length=packed.length,
        read=packed.read,
        content_type="application/zip",
        file_name=name,
        etag=packed.etag,
    )


@require_safe
@organization_page(RUN_VIEW, of=run_at)
def manifest(request: HttpRequest, organization: Organization, number: int) -> HttpResponseBase:
    """This will give the manifest by itself."""
    run = run_of(organization, number)
    note_taken(
        action="docuai.run.manifest",
        run=run,
        actor=request.user,  # type: ignore[arg-type]
        method=request.method,
        headers=request.headers,
        count=bundling.documents_of(run).count,
    )
    content = bundling.manifest_of(run)

    def read(offset: int, size: int) -> Iterator[bytes]:
        yield content[offset : offset + size]

    name = f"run-{run.number}-manifest.csv"
    etag = f"{bundling.bundle_of(run).etag}-manifest"
    return ranged(
        request, length=len(content), read=read, content_type="text/csv; charset=utf-8", file_name=name, etag=etag
    )


@require_safe
@organization_page(RUN_VIEW, of=run_at)
def merged(request: HttpRequest, organization: Organization, number: int) -> HttpResponseBase:
    """This will give the merged PDF that was made last."""
    run = run_of(organization, number)
    job = selectors.follow_ups(run).merge
    if job is None or job.state != "done":
        raise Http404
    files = StoredFile.objects.for_organization(organization).filter(deleted_at=None)
    file = get_object_or_404(files, id=job.result["file_id"])
    note_taken(
        action="docuai.run.merged",
        run=run,
        actor=request.user,  # type: ignore[arg-type]
        method=request.method,
        headers=request.headers,
        count=job.done,
    )
    return ranged(
        request,
        length=file.size_bytes,
        read=lambda offset, size: stream(key=file.storage_key, offset=offset, size=size),
        content_type=file.content_type,
        file_name=file.name,
        etag=file.sha256,
    )


@require_safe
@organization_page(RUN_VIEW, of=run_at)
def failed(request: HttpRequest, organization: Organization, number: int) -> HttpResponseBase:
    """This will give the failed rows with their reasons, to be corrected and uploaded again."""
    run = run_of(organization, number)
    note_taken(
        action="docuai.run.failed_rows",
        run=run,
        actor=request.user,  # type: ignore[arg-type]
        method=request.method,
        headers=request.headers,
        count=run.job.failed,
    )
    answer = StreamingHttpResponse(failed_rows.failed_csv(run), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = disposition(f"run-{run.number}-failed.csv")
    return answer


@require_safe
@organization_page(RUN_VIEW, of=run_at)
def document(request: HttpRequest, organization: Organization, number: int, row: int) -> HttpResponseBase:
    """This will give a row's document: shown where it is a PDF, saved with ``?download``; ``?version=1`` an older one.

    A void version says so in its name and in the header ``X-Document-State``.
    """
    run = run_of(organization, number)
    versions = Document.objects.for_organization(organization).filter(run=run, row__number=row)
    wanted = request.GET.get("version", "")
    chosen = versions.filter(number=whole(wanted) or 0) if wanted else versions.filter(state="valid")
    found = get_object_or_404(chosen)
    note_taken(
        action="docuai.document.download",
        run=run,
        actor=request.user,  # type: ignore[arg-type]
        method=request.method,
        headers=request.headers,
        count=1,
        document=found,
    )
    is_void = found.state == "void"
    name = f"{_('VOID')} {found.file_name}" if is_void else found.file_name
    answer = ranged(
        request,
        length=found.size_bytes,
        read=lambda offset, size: stream(key=found.pack_key, offset=found.offset_bytes + offset, size=size),
        content_type=found.content_type,
        file_name=name,
        etag=found.sha256,
        inline="download" not in request.GET,
    )
    answer.headers["X-Document-State"] = found.state
    answer.headers["Content-Security-Policy"] = DOCUMENT_POLICY
    return answer
