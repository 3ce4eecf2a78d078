"""REST: runs, started from a table, an upload or rows; listed, read, steered, deleted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from docuai.bulk import services
from docuai.bulk.api.base import RunView, file_problem, shown_faults
from docuai.bulk.models import BulkRun, RunRow
from docuai.bulk.serializers import (
    FullRunSerializer,
    NewRunSerializer,
    RunFilterSerializer,
    RunFormSerializer,
    RunSerializer,
)
from docuai.bulk.services.drafts import TABLE_PURPOSE
from docuai.bulk.services.launching import LaunchError, RowsRefusedError, launch_file
from docuai.bulk.services.typed_rows import request_run
from docuai.bulk.tables.errors import TableError
from docuai.library.models import TemplateVersion
from docuai.permissions import RUN_MANAGE, RUN_START, RUN_VIEW
from platform_core.access.can import can, visible
from platform_core.access.idempotency import idempotent
from platform_core.access.modes import mode_of
from platform_core.files import selectors as stored
from platform_core.files import services as files
from platform_core.files.errors import FileError
from platform_core.files.models import StoredFile
from platform_core.jobs.models import Job
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.parameters import read_parameters
from platform_core.kits.api.prepared import Question
from platform_core.kits.api.problems import ProblemError
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of

COLUMNS = (
    "id", "number", "is_test", "job__state", "template__slug", "version_id", "version__number", "table_name", "job_id",
    "created_at", "job__finished_at", "keep_until", "job__total", "job__done", "job__failed",
)  # fmt: skip
ROW_STATES = tuple(RunRow.State.values)
MORE = ("stage", "job__reason", "options")
ASKED = {
    "template": "certificate",
    "rows": [
        {
            "number": "UA-2026-0001",
            "name": "Zoë Íñiguez",
            "course": "Foundations of Statistics",
            "completed_on": "2026-06-26",
            "issued_on": "2026-11-24",
            "place": "Valleclaro",
            "email": "zoe@andina.example",
        }
    ],
    "options": {"language": "en", "file_name": "{row:04}-{name:slug}"},
}


class Runs(RunView):
    """The runs of an organization."""

    any_of = BulkRun
    permissions: ClassVar[dict[str, str]] = {"GET": RUN_VIEW, "POST": RUN_START}

    @extend_schema(
        operation_id="runs_list", parameters=[RunFilterSerializer, *CURSOR_PARAMETERS], responses=page_of(RunSerializer)
    )
    def get(self, request: Request, slug: str) -> Response:
        """List runs, the newest first."""
        wanted = read_parameters(request, RunFilterSerializer)
        narrowed: dict[str, Any] = {name: wanted[name] for name in ("state", "template") if name in wanted}
        test = mode_of(self.principal, wanted.get("test"))
        rows: Question | QuerySet[Any, Any]
        if can(self.principal, RUN_VIEW):
            rows = question_of(self.organization_id, test=test, **narrowed)
        else:  # what is shared with the caller
            rows = _narrowed(visible(BulkRun.objects.all(), self.principal, RUN_VIEW), test=test, **narrowed)
        page = cursor_page(request, rows)
        return Response(page | {"results": shown(self.organization_id, page["results"])})

    @extend_schema(
        operation_id="runs_start",
        request={"application/json": NewRunSerializer, "multipart/form-data": RunFormSerializer},
        responses={202: FullRunSerializer},
        examples=[OpenApiExample("Rows", value=ASKED, request_only=True, media_type="application/json")],
    )
    @idempotent()
    def post(self, request: Request, slug: str) -> Response:
        """Start a run: one document for each row. The table comes as a file, as a finished upload, or as rows."""
        asked = NewRunSerializer(data=_plain(request.data))
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        version = _version(self.organization_id, given["template"], given.get("version", ""))
        options = dict(given.get("options") or {})
        if "keep_days" in options:
            options["retention_days"] = options.pop("keep_days")
        try:
            run = self._started(version, given, options)
        except RowsRefusedError as error:
            raise ProblemError(422, error.code, str(error), errors=shown_faults(error.faults)) from error
        except LaunchError as error:
            pointer = error.pointer.replace("retention_days", "keep_days")
            raise ProblemError(422, error.code, str(error), pointer=pointer or None) from error
        except TableError as error:
            pointer = next(f"/{name}" for name in ("file", "file_id", "rows") if name in given)
            raise ProblemError(422, error.code, str(error), pointer=pointer) from error
        except FileError as error:
            raise file_problem(error) from error
        answer = Response(read(self.organization_id, run.pk), status=202)
        answer["Location"] = reverse("api-run", kwargs={"slug": slug, "run_id": run.pk})
        return answer

    def _started(self, version: TemplateVersion, given: Mapping[str, Any], options: dict[str, Any]) -> BulkRun:
        is_test = self.principal.is_test
        who: dict[str, Any] = {"actor": self.actor, "organization": self.organization, "version": version}
        who["is_test"] = is_test
        today = timezone.localdate()
        if "rows" in given:
            return request_run(**who, rows=given["rows"], options=options, today=today)
        if "file_id" in given:
            return launch_file(**who, file=self._uploaded(given["file_id"]), options=options, today=today)
        brought = given["file"]
        file = None
        try:
            with transaction.atomic():  # a table that cannot be used leaves no file
                file = files.store(
                    organization_id=self.organization_id,
                    name=brought.name or "table",
                    content=brought.read(),
                    purpose=TABLE_PURPOSE,
                    actor=self.actor,
                    content_type="application/octet-stream",
                    is_test=is_test,
                )
                return launch_file(**who, file=file, options=options, today=today)
        except Exception:
            if file is not None:
                files.delete_key(key=file.storage_key)
            raise

    def _uploaded(self, file_id: UUID) -> StoredFile:
        uploads = stored.files(self.organization_id).filter(is_test=self.principal.is_test)
        found = uploads.filter(id=file_id).first()
        if found is None:
            raise ProblemError(422, "no_such_file", _("There is no finished upload with this id."), pointer="/file_id")
        return found


class Run(RunView):
    """One run."""

    permissions: ClassVar[dict[str, str]] = {"GET": RUN_VIEW, "DELETE": RUN_MANAGE}

    @extend_schema(operation_id="runs_read", responses=FullRunSerializer)
    def get(self, request: Request, slug: str, run_id: UUID) -> Response:
        """Read a run: state, counts and options."""
        return Response(read(self.organization_id, run_id))

    @extend_schema(operation_id="runs_delete", responses={204: None})
    def delete(self, request: Request, slug: str, run_id: UUID) -> Response:
        """Delete a run; one that is not finished is canceled. Its documents are removed after 30 days."""
        services.delete_run(actor=self.actor, run=self.run())
        return Response(status=204)


class RunStep(RunView):
    """One thing that can be done with a run."""

    permissions: ClassVar[dict[str, str]] = {"POST": RUN_MANAGE}

    def answer(self) -> Response:
        """This will answer the run as it is now."""
        return Response(read(self.organization_id, self.run_id))


class PauseRun(RunStep):
    @extend_schema(operation_id="runs_pause", request=None, responses=FullRunSerializer)
    @idempotent()
    def post(self, request: Request, slug: str, run_id: UUID) -> Response:
        """Pause a run. Documents in the making are finished, no further row is begun."""
        services.pause(actor=self.actor, run=self.run())
        return self.answer()


class ResumeRun(RunStep):
    @extend_schema(operation_id="runs_resume", request=None, responses=FullRunSerializer)
    @idempotent()
    def post(self, request: Request, slug: str, run_id: UUID) -> Response:
        """Let a paused run go on."""
        services.resume(actor=self.actor, run=self.run())
        return self.answer()


class CancelRun(RunStep):
    @extend_schema(operation_id="runs_cancel", request=None, responses=FullRunSerializer)
    @idempotent()
    def post(self, request: Request, slug: str, run_id: UUID) -> Response:
        """Cancel a run for good. Documents that are done stay."""
        services.cancel(actor=self.actor, run=self.run())
        return self.answer()


class RetryRun(RunStep):
    @extend_schema(operation_id="runs_retry", request=None, responses=FullRunSerializer)
    @idempotent()
    def post(self, request: Request, slug: str, run_id: UUID) -> Response:
        """Try the failed rows again as they are. A paused run stays paused: they wait until it is resumed."""
        if not services.retry(actor=self.actor, run=self.run()):
            raise ProblemError(409, "no_failed_rows", _("This run has no failed rows."))
        return self.answer()


def question_of(organization_id: UUID, *, test: bool | None, **narrowed: str) -> Question:
    """This will ask for the runs of an organization: test runs, live ones or both, of a state and a template where named."""
    return Question(BulkRun, _of_organization, {"organization_id": organization_id, **narrowed}, {"test": test})


def _of_organization(organization_id: UUID, **narrowed: Any) -> QuerySet[Any, Any]:
    return _narrowed(BulkRun.objects.filter(organization_id=organization_id), **narrowed)


def _narrowed(
    rows: QuerySet[Any, Any], *, test: bool | None, state: str | None = None, template: str | None = None
) -> QuerySet[Any, Any]:
    rows = rows.filter(deleted_at=None)
    if test is not None:
        rows = rows.filter(is_test=test)
    if state is not None:
        rows = rows.filter(job__state=state)
    if template is not None:
        rows = rows.filter(template__slug=template)
    return rows.values(*COLUMNS)


def read(organization_id: UUID, run_id: UUID) -> dict[str, Any]:
    """This will read one run as the API shows it, or raise Http404."""
    runs = BulkRun.objects.for_organization(organization_id).filter(deleted_at=None, id=run_id)
    found = runs.values(*COLUMNS, *MORE).first()
    if found is None:
        raise Http404
    more = {"stage": found["stage"], "reason": found["job__reason"], "options": _options(found["options"])}
    return shown(organization_id, [found])[0] | more


def shown(organization_id: UUID, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """This will shape runs; an ended job has its counts, the rows of the others are counted in one more query."""
    rows = list(rows)
    live = [row["id"] for row in rows if row["job__state"] not in Job.ENDED]
    counted: dict[UUID, dict[str, int]] = defaultdict(dict)
    if live:
        found = RunRow.objects.for_organization(organization_id).filter(run__in=live)
        for run_id, state, count in found.values_list("run_id", "state").annotate(n=Count("id")):
            counted[run_id][state] = count
    return [_shown(row, counted[row["id"]] if row["id"] in live else None) for row in rows]


def _shown(row: Mapping[str, Any], counts: dict[str, int] | None) -> dict[str, Any]:
    total = row["job__total"]
    if counts is None:
        done, failed = row["job__done"], row["job__failed"]
        counts = {"done": done, "failed": failed, "canceled": max(0, total - done - failed)}
    elif not counts:  # the table is still being read
        counts = {"queued": total}
    return {
        "id": row["id"],
        "number": row["number"],
        "test": row["is_test"],
        "state": row["job__state"],
        "template": row["template__slug"],
        "version": {"id": row["version_id"], "number": row["version__number"]},
        "table_name": row["table_name"],
        "counts": {"total": total, **{state: counts.get(state, 0) for state in ROW_STATES}},
        "job": row["job_id"],
        "created_at": row["created_at"],
        "finished_at": row["job__finished_at"],
        "keep_until": row["keep_until"],
    }


def _options(stored_options: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in stored_options.items() if name != "brand"}
    if "retention_days" in kept:
        kept["keep_days"] = kept.pop("retention_days")
    return kept


def _plain(data: Any) -> Any:
    """A form as a plain object, so that its options may be JSON text; anything else as it is."""
    return {name: data[name] for name in data} if isinstance(data, QueryDict) else data


def _version(organization_id: UUID, slug: str, wanted: str) -> TemplateVersion:
    versions = TemplateVersion.objects.for_organization(organization_id).select_related("template")
    versions = versions.filter(template__slug=slug, template__deleted_at=None)
    if not versions.exists():
        raise ProblemError(422, "no_such_template", _("There is no template with this slug."), pointer="/template")
    if not wanted:
        found = versions.filter(state=TemplateVersion.State.PUBLISHED).first()
        if found is None:
            text = _("No version of this template is published. Publish one, then start the run.")
            raise ProblemError(422, "template_not_published", text, pointer="/template")
        return found
    found = versions.filter(number=int(wanted)).first() if wanted.isdecimal() and len(wanted) < 6 else None
    if found is None and _is_uuid(wanted):
        found = versions.filter(id=wanted).first()
    if found is None:
        raise ProblemError(422, "no_such_version", _("The template has no such version."), pointer="/version")
    return found


def _is_uuid(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False
