"""REST: resumable uploads (tus 1.0) and the files of an organization."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.idempotency import idempotent
from platform_core.access.rest import OrganizationAPIView
from platform_core.files.errors import FileError
from platform_core.files.views import receiving
from platform_core.kits.api.problems import ProblemError
from platform_core.permissions import FILE_UPLOAD

VERSION = OpenApiParameter("Tus-Resumable", str, OpenApiParameter.HEADER, required=True, enum=[receiving.VERSION])
LENGTH = OpenApiParameter(
    "Upload-Length", int, OpenApiParameter.HEADER, required=True, description="Bytes of the file."
)
METADATA = OpenApiParameter(
    "Upload-Metadata",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="Pairs of a name and a Base64 value, separated by commas: `filename`, and `purpose` (`docuai.table`, `docuai.template`).",
)
OFFSET = OpenApiParameter("Upload-Offset", int, OpenApiParameter.HEADER, required=True, description="Where it goes on.")


class _Receiving(OrganizationAPIView):
    takes_test_keys = True

    @property
    def base(self) -> str:
        return reverse("api-uploads", kwargs={"slug": self.kwargs["slug"]})

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """This will say which tus is spoken, also with a refusal and a repetition."""
        response.headers.setdefault("Tus-Resumable", receiving.VERSION)
        return super().finalize_response(request, response, *args, **kwargs)

    def receive(self, request: Request, upload_id: UUID | None = None) -> HttpResponse:
        return receiving.answer(
            request._request,
            organization_id=self.organization_id,
            actor=self.actor,
            upload_id=upload_id,
            base=self.base,
            is_test=self.principal.is_test,
        )

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """This will say which parts of tus are spoken here."""
        return receiving.options()


class Uploads(_Receiving):
    """Uploads that go on after a broken line."""

    permissions: ClassVar[dict[str, str]] = {"POST": FILE_UPLOAD}

    @extend_schema(
        operation_id="uploads_create",
        parameters=[VERSION, LENGTH, METADATA],
        request=None,
        responses={201: OpenApiResponse(description="Send the bytes by PATCH to the address in `Location`.")},
    )
    @idempotent(headers=("Upload-Length", "Upload-Metadata"))
    def post(self, request: Request, slug: str) -> Response:
        """Open a resumable upload ([tus 1.0](https://tus.io)). Purpose, size, quota and free room are checked here."""
        try:
            opened = receiving.create(
                request._request,
                organization_id=self.organization_id,
                actor=self.actor,
                base=self.base,
                is_test=self.principal.is_test,
            )
        except FileError as error:
            problem = ProblemError(error.status, error.code, str(error))
            if error.status == 412:
                problem.headers["Tus-Version"] = receiving.VERSION
            raise problem from error
        return Response(
            status=opened.status_code, headers={name: opened.headers[name] for name in ("Location", "Upload-Expires")}
        )


class Upload(_Receiving):
    """One upload on its way."""

    permissions: ClassVar[dict[str, str]] = {"PATCH": FILE_UPLOAD, "DELETE": FILE_UPLOAD, "GET": FILE_UPLOAD}

    @extend_schema(exclude=True)
    def head(self, request: Request, slug: str, upload_id: UUID) -> HttpResponse:
        """How many bytes are here (`Upload-Offset`)."""
        return self.receive(request, upload_id)

    @extend_schema(
        operation_id="uploads_append",
        parameters=[VERSION, OFFSET],
        request={"application/offset+octet-stream": OpenApiTypes.BINARY},
        responses={204: OpenApiResponse(description="`Upload-Offset`; with the last piece `Upload-File-Id`.")},
    )
    def patch(self, request: Request, slug: str, upload_id: UUID) -> HttpResponse:
        """Send the next piece, at most 8 MB. HEAD says where to go on after a broken line."""
        return self.receive(request, upload_id)

    @extend_schema(operation_id="uploads_delete", parameters=[VERSION], responses={204: None})
    def delete(self, request: Request, slug: str, upload_id: UUID) -> HttpResponse:
        """End an upload. A file that it became stays."""
        return self.receive(request, upload_id)
