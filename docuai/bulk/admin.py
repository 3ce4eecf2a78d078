"""Runs, rows and documents, for platform staff: state, attempts and last error at a glance, and the safe actions."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from docuai.bulk import services
from docuai.bulk.models import BulkRun, Document, RunPersonShare, RunRow, RunTeamShare
from docuai.bulk.wording import in_words
from platform_core.access.admin import PersonShareAdmin, TeamShareAdmin
from platform_core.jobs.services import JobStateError
from platform_core.kits.web.staff import StaffModelAdmin, register


@register(BulkRun)
class BulkRunAdmin(StaffModelAdmin):
    list_display = ("number", "organization", "template", "state", "done", "failed", "total", "created_at")
    list_select_related = ("organization", "template", "job")
    list_filter = ("job__state", "is_test")
    search_fields = ("id", "template__name")
    ordering = ("-created_at",)
    readonly_fields = ("state", "job_link", "last_error", "failed_rows")
    actions = ("pause", "resume", "cancel", "retry")
    routes = frozenset(["run"])

    @admin.display(description=gettext_lazy("State"))
    def state(self, run: BulkRun) -> str:
        return f"{run.job.get_state_display()} {run.job.reason}".strip()

    @admin.display(description=gettext_lazy("Done"))
    def done(self, run: BulkRun) -> int:
        return run.job.done

    @admin.display(description=gettext_lazy("Failed"))
    def failed(self, run: BulkRun) -> int:
        return run.job.failed

    @admin.display(description=gettext_lazy("Rows"))
    def total(self, run: BulkRun) -> int:
        return run.job.total

    @admin.display(description=gettext_lazy("Job"))
    def job_link(self, run: BulkRun) -> str:
        address = reverse("admin:platform_core_job_change", args=[run.job_id])
        return format_html('<a class="text-primary-600" href="{}">{}</a>', address, run.job_id)

    @admin.display(description=gettext_lazy("Last error"))
    def last_error(self, run: BulkRun) -> str:
        row = run.rows.filter(state="failed").order_by("-finished_at").first()
        if row is None:
            return _("None")
        return _("Row %(number)s, attempt %(attempts)s: %(message)s") % {
            "number": row.number,
            "attempts": row.attempts,
            "message": in_words(row.error).get("message", ""),
        }

    @admin.display(description=gettext_lazy("Failed rows"))
    def failed_rows(self, run: BulkRun) -> str:
        address = f"{reverse('admin:docuai_runrow_changelist')}?run__id__exact={run.pk}&state__exact=failed"
        return format_html('<a class="text-primary-600" href="{}">{}</a>', address, run.job.failed)

    @admin.action(description=gettext_lazy("Pause runs"), permissions=["act"])
    def pause(self, request: HttpRequest, runs: QuerySet[BulkRun]) -> None:
        self._steer(request, runs, services.pause)

    @admin.action(description=gettext_lazy("Resume runs"), permissions=["act"])
    def resume(self, request: HttpRequest, runs: QuerySet[BulkRun]) -> None:
        self._steer(request, runs, services.resume)

    @admin.action(description=gettext_lazy("Cancel runs"), permissions=["act"])
    def cancel(self, request: HttpRequest, runs: QuerySet[BulkRun]) -> None:
        self._steer(request, runs, services.cancel)

    @admin.action(description=gettext_lazy("Retry failed rows"), permissions=["act"])
    def retry(self, request: HttpRequest, runs: QuerySet[BulkRun]) -> None:
        self._steer(request, runs, services.retry)

    def _steer(self, request: HttpRequest, runs: QuerySet[BulkRun], change: Any) -> None:
        changed = 0
        for run in runs.select_related("job", "organization"):
            try:
                change(actor=request.user, run=run)
                changed += 1
            except JobStateError as error:
                messages.warning(request, f"{run}: {error.message}")
        if changed:
            text = ngettext("%(count)s run changed.", "%(count)s runs changed.", changed)
            messages.success(request, text % {"count": changed})


@register(RunRow)
class RunRowAdmin(StaffModelAdmin):
    list_display = ("number", "run", "organization", "state", "attempts", "lease_until", "message", "finished_at")
    list_select_related = ("run", "organization")
    list_filter = ("state",)
    search_fields = ("id",)
    ordering = ("-id",)
    exclude: ClassVar = ["data"]
    routes = frozenset(["run-row"])

    @admin.display(description=gettext_lazy("Last error"))
    def message(self, row: RunRow) -> str:
        return str(in_words(row.error).get("message", ""))

    def find(self, organization_id: Any, arguments: Any) -> RunRow | None:
        wanted = {"run__number": arguments.get("number"), "number": arguments.get("row")}
        return RunRow.objects.filter(organization_id=organization_id, **wanted).first()


@register(Document)
class DocumentAdmin(StaffModelAdmin):
    list_display = ("file_name", "run", "organization", "number", "state", "size_bytes", "created_at")
    list_select_related = ("run", "organization")
    list_filter = ("state",)
    search_fields = ("id", "sha256")
    ordering = ("-id",)


@register(RunPersonShare)
class RunPersonShareAdmin(PersonShareAdmin):
    """Runs shared with members."""


@register(RunTeamShare)
class RunTeamShareAdmin(TeamShareAdmin):
    """Runs shared with teams."""
