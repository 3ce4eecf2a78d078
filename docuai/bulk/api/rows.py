"""REST: the rows of a run, their correction and their documents."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from docuai.bulk import services
from docuai.bulk.api.base import RunView, shown_faults
from docuai.bulk.models import BulkRun, Document, RunRow
from docuai.bulk.serializers import (
    CorrectionSerializer,
    FullRowSerializer,
    RowFilterSerializer,
    RowSerializer,
)
from docuai.bulk.services.taking import note_row, note_rows, note_taken
from docuai.bulk.wording import in_words
from docuai.permissions import RUN_MANAGE, RUN_VIEW
from platform_core.files.selectors import stream
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.parameters import read_parameters
from platform_core.kits.api.problems import ParameterError, ProblemError
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of
from platform_core.kits.web.ranges import ranged

OF_DOCUMENT = (
    "number", "state", "file_name", "content_type", "size_bytes", "sha256", "pages", "void_reason", "created_at",
)  # fmt: skip
COLUMNS = ("number", "state", "file_name", "email", "error", *(f"document__{name}" for name in OF_DOCUMENT))
DOCUMENTS: Any = [
    (200, "application/pdf"),
    (200, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (200, "application/octet-stream"),
]
OF_ERROR = ("code", "message", "hint", "pointer")
VERSION = OpenApiParameter("version", int, description="An older version of the document; the valid one if not said.")
RANGE = OpenApiParameter("Range", str, OpenApiParameter.HEADER, description="`bytes=0-1023`, for instance.")


class Rows(RunView):
    """The rows of a run."""

    permissions: ClassVar[dict[str, str]] = {"GET": RUN_VIEW}

    @extend_schema(
        operation_id="run_rows_list",
        parameters=[RowFilterSerializer, *CURSOR_PARAMETERS],
        responses=page_of(RowSerializer),
    )
    def get(self, request: Request, slug: str, run_id: UUID) -> Response:
        """List rows in the order of the table, with what became of each."""
        run = BulkRun.objects.for_organization(self.organization_id).filter(id=run_id, deleted_at=None).first()
        if run is None:
            raise Http404
        wanted = read_parameters(request, RowFilterSerializer)
        rows = RunRow.objects.for_organization(self.organization_id).filter(run_id=run_id, **wanted)
        page = cursor_page(request, rows.values(*COLUMNS), order=("number",))
        part = f"api?{request.query_params.urlencode()}"
        note_rows(run=run, actor=self.actor, count=len(page["results"]), part=part)
        return Response(page | {"results": [_shown(row) for row in page["results"]]})


class Row(RunView):
    """One row."""

    permissions: ClassVar[dict[str, str]] = {"GET": RUN_VIEW, "PATCH": RUN_MANAGE}

    @extend_schema(operation_id="run_rows_read", responses=FullRowSerializer)
    def get(self, request: Request, slug: str, run_id: UUID, number: int) -> Response:
        """Read a row with its values and all versions of its document."""
        run = self.run()
        rows = RunRow.objects.for_organization(self.organization_id).only("id", "number")
        note_row(run=run, row=get_object_or_404(rows, run=run, number=number), actor=self.actor)
        return Response(_read(run, number))

    @extend_schema(
        operation_id="run_rows_correct",
        request=CorrectionSerializer,
        responses=FullRowSerializer,
        examples=[
            OpenApiExample(
                "A name", value={"data": {"name": "Zoë Íñiguez"}, "reason": "Misspelt name"}, request_only=True
            )
        ],
    )
    def patch(self, request: Request, slug: str, run_id: UUID, number: int) -> Response:
        """Correct a row, failed or finished. Its document is made again; the old version is void and says so."""
        asked = CorrectionSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        run = self.run()
        row = get_object_or_404(RunRow.objects.for_organization(self.organization_id), run=run, number=number)
        try:
            services.correct_row(
                actor=self.actor,
                run=run,
                row=row,
                data=_merged(row.data, given["data"]),
                email=given.get("email"),
                reason=given["reason"],
                send=given["send"],
            )
        except services.RowFaultsError as error:
            text = _("The corrected values do not fit the template. Nothing was changed.")
            raise ProblemError(422, "row_faults", text, errors=shown_faults(error.faults, "/data")) from error
        return Response(_read(run, number))


class RowDocument(RunView):
    """The document of a row."""

    permissions: ClassVar[dict[str, str]] = {"GET": RUN_VIEW}

    @extend_schema(
        operation_id="run_rows_document",
        parameters=[VERSION, RANGE],
        responses=dict.fromkeys(DOCUMENTS, OpenApiTypes.BINARY),
    )
    def get(self, request: Request, slug: str, run_id: UUID, number: int) -> HttpResponseBase:
        """Download the document of a row. `X-Document-State` says whether it is valid or void."""
        wanted = request.query_params.get("version", "")
        if wanted and not (wanted.isdecimal() and len(wanted) < 5):
            raise ParameterError("version", _("Name a version by its number."))
        versions = Document.objects.for_organization(self.organization_id)
        versions = versions.filter(run_id=run_id, run__deleted_at=None, row__number=number).select_related("run")
        found = get_object_or_404(versions.filter(number=int(wanted)) if wanted else versions.filter(state="valid"))
        note_taken(
            action="docuai.document.download",
            run=found.run,
            actor=self.actor,
            method=request.method,
            headers=request.headers,
            count=1,
            document=found,
        )
        answer = ranged(
            request._request,
            length=found.size_bytes,
            read=lambda offset, size: stream(key=found.pack_key, offset=found.offset_bytes + offset, size=size),
            content_type=found.content_type,
            file_name=found.file_name,
            etag=found.sha256,
        )
        answer.headers["X-Document-State"] = found.state
        return answer


def _read(run: BulkRun, number: int) -> dict[str, Any]:
    rows = RunRow.objects.for_organization(run.organization_id).filter(run=run, number=number)
    found = rows.values(*COLUMNS, "id", "data", "language").first()
    if found is None:
        raise Http404
    versions = Document.objects.for_organization(run.organization_id).filter(row_id=found["id"]).order_by("-number")
    documents = [_document(document, "") for document in versions.values(*OF_DOCUMENT)]
    return _shown(found) | {"data": found["data"], "language": found["language"], "documents": documents}


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    error = in_words(row["error"])
    return {
        "number": row["number"],
        "state": row["state"],
        "file_name": row["file_name"],
        "email": row["email"],
        "error": {name: error.get(name, "") for name in OF_ERROR} if error else None,
        "document": _document(row) if row["state"] == "done" and row["document__number"] else None,
    }


def _document(row: Mapping[str, Any], prefix: str = "document__") -> dict[str, Any]:
    found = {name: row[f"{prefix}{name}"] for name in OF_DOCUMENT}
    return {"version": found.pop("number"), **found}


def _merged(target: Any, patch: Any) -> Any:
    """A JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value)
    return merged
