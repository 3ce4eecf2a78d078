"""What the resources of a run share: finding it, and its faults as problems."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from rest_framework.request import Request

from docuai.bulk.failed_rows import UploadError
from docuai.bulk.faults import Fault
from docuai.bulk.models import BulkRun
from docuai.bulk.services import RunError
from platform_core.access.modes import require_mode
from platform_core.access.rest import OrganizationAPIView
from platform_core.files.errors import FileError
from platform_core.kits.api.problems import ProblemError, register_problem

register_problem(RunError, status=409, code="run_refused")
register_problem(UploadError, status=422, code="table_refused")


class RunView(OrganizationAPIView):
    """Finds the run of the path; one that was deleted is not there."""

    def run(self) -> BulkRun:
        runs = BulkRun.objects.for_organization(self.organization_id).filter(deleted_at=None)
        found = runs.select_related("organization", "job", "template", "version")
        return get_object_or_404(found, id=self.run_id)

    takes_test_keys = True

    def enter(self, request: Request, credential: Any) -> None:
        """This will open the scope, and keep live runs from test keys."""
        super().enter(request, credential)
        if self.principal.is_test and "run_id" in self.kwargs:
            runs = BulkRun.objects.for_organization(self.organization_id).filter(id=self.run_id, deleted_at=None)
            require_mode(self.principal, runs.values_list("is_test", flat=True).first())

    def subject(self) -> BulkRun | None:
        """An edit share is no leave to delete."""
        return self.run() if "run_id" in self.kwargs and self.request.method != "DELETE" else None

    @property
    def run_id(self) -> UUID:
        return UUID(str(self.kwargs["run_id"]))


def shown_faults(faults: Iterable[Fault], prefix: str = "") -> list[dict[str, Any]]:
    """This will list faults for a problem. ``prefix`` is the pointer to the row; rows of a table are ``/rows/<from 0>``."""
    return [
        {
            "pointer": (prefix or f"/rows/{fault.number - 1}") + fault.field,
            "row": fault.number,
            "code": fault.code,
            "message": fault.message,
        }
        for fault in faults
    ]


def file_problem(error: FileError) -> ProblemError:
    """This will say that a file could not be kept."""
    return ProblemError(error.status, error.code, str(error), pointer="/file")
