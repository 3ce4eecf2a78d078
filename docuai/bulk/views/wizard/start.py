"""DocuAI's first page: choose a template, bring a table; beside it the last runs. And the tables to try."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from docuai.bulk import demo_tables, selectors
from docuai.bulk.models import BulkRun, RunDraft
from docuai.bulk.selectors.drafts import drafts as drafts_of
from docuai.bulk.selectors.drafts import open_drafts
from docuai.bulk.services import drafts
from docuai.bulk.tables.errors import TableError
from docuai.bulk.views.wizard.frame import actor_of, draft_of
from docuai.library.models import TemplateVersion
from docuai.library.selectors import published
from docuai.permissions import RUN_START, RUN_VIEW
from platform_core.access.can import can
from platform_core.access.doors import organization_page
from platform_core.files import selectors as files
from platform_core.files.errors import FileError
from platform_core.files.models import StoredFile
from platform_core.organizations.models import Organization

PLAIN_LIMIT_BYTES = 8_000_000
SHOWN_RUNS = 6


@require_http_methods(["GET", "HEAD", "POST"])
@organization_page(RUN_VIEW)
def start(request: HttpRequest, organization: Organization) -> HttpResponseBase:
    """This will show the start of a run; a POST makes a draft of the chosen template and table."""
    if request.method != "POST":
        return _page(request, organization)
    return begin(request, slug=organization.slug)


@require_POST
@organization_page(RUN_START)
def begin(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will make the draft, or show what is wrong with the table and keep the choice of the template."""
    version = _version(organization, request.POST.get("template", ""))
    if version is None:
        return _page(request, organization, error=_("Choose a template first."), status=422)
    draft = drafts.create_draft(actor=actor_of(request), organization=organization, version=version)
    try:
        take_table(request, draft)
    except (TableError, drafts.DraftError, FileError) as error:
        drafts.discard(actor=actor_of(request), draft=draft)
        return _page(request, organization, error=str(error), status=422)
    return redirect("run-data", slug=organization.slug, draft_id=draft.pk)


@require_safe
@organization_page(RUN_VIEW)
def sample(request: HttpRequest, organization: Organization, name: str) -> HttpResponse:
    """This will give one of the tables to try as a download."""
    table = demo_tables.TABLES.get(name)
    if table is None:
        raise Http404
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return HttpResponse(table(), content_type="text/csv", headers=headers)


@require_POST
@organization_page(RUN_START)
def discard(request: HttpRequest, organization: Organization, draft_id: UUID) -> HttpResponse:
    """This will delete a draft."""
    drafts.discard(actor=actor_of(request), draft=draft_of(request, organization, draft_id))
    return redirect("run-new", slug=organization.slug)


def take_table(request: HttpRequest, draft: RunDraft) -> None:
    """This will take the table that a form brings: a finished upload, a file, pasted rows or one to try."""
    given = request.POST
    if (name := given.get("sample", "")) in demo_tables.TABLES:
        drafts.add_table(actor=actor_of(request), draft=draft, name=name, content=demo_tables.TABLES[name]())
    elif given.get("file_id"):
        drafts.set_table(draft=draft, file=_uploaded(draft, given["file_id"]))
    elif (file := request.FILES.get("file")) is not None:
        if (file.size or 0) > PLAIN_LIMIT_BYTES:
            raise drafts.DraftError(
                _("Without scripts a file may have 8 MB at most. Switch them on, or paste the rows."), "file"
            )
        drafts.add_table(actor=actor_of(request), draft=draft, name=file.name or "table", content=file.read())
    elif given.get("text", "").strip():
        drafts.paste_table(actor=actor_of(request), draft=draft, text=given["text"])
    else:
        raise drafts.DraftError(_("Choose a file, or paste the line of column names and at least one row."), "file")


def _uploaded(draft: RunDraft, file_id: str) -> StoredFile:
    kept = files.files(draft.organization_id).filter(purpose=drafts.TABLE_PURPOSE)
    try:
        return kept.get(id=UUID(file_id))
    except (ValueError, StoredFile.DoesNotExist):
        text = _("This upload is not here any more. Choose the file again.")
        raise drafts.DraftError(text, "file") from None


def _version(organization: Organization, slug: str) -> TemplateVersion | None:
    return published(organization).filter(template__slug=slug).first()


def _page(request: HttpRequest, organization: Organization, *, error: str = "", status: int = 200) -> HttpResponse:
    versions = list(published(organization).defer("schema", "problems", "sample"))
    chosen = request.POST.get("template") or request.GET.get("template") or _of_draft(request, organization)
    runs = BulkRun.objects.for_organization(organization).filter(deleted_at=None).select_related("job", "template")
    sample = request.GET.get("sample", "")
    context: dict[str, Any] = {
        "organization": organization,
        "sample": sample if sample in demo_tables.TABLES else "",
        "versions": versions,
        "chosen": chosen or (versions[0].template.slug if versions else ""),
        "cards": selectors.run_cards(list(runs.order_by("-number")[:SHOWN_RUNS])),
        "run_count": runs.count(),
        "drafts": open_drafts(organization, actor_of(request)),
        "can_start": can(request.principal, RUN_START),  # type: ignore[attr-defined]
        "error": error,
        "pasted": request.POST.get("text", ""),
        "today": timezone.localdate(),
    }
    return render(request, "docuai/bulk/start.html", context, status=status)


def _of_draft(request: HttpRequest, organization: Organization) -> str:
    try:
        wanted = UUID(request.GET.get("draft", ""))
    except ValueError:
        return ""
    found = drafts_of(organization).filter(id=wanted, created_by=request.user.pk).first()
    return found.template.slug if found else ""
