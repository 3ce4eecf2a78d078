"""REST: the test inbox, what tests have left, and its end."""

from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.access.rest import OrganizationAPIView
from platform_core.kits.api.pagination import cursor_page
from platform_core.kits.api.schema import CURSOR_PARAMETERS, page_of
from platform_core.mail.models import OutgoingMail
from platform_core.permissions import KEY_MANAGE
from platform_core.testmode import selectors, services
from platform_core.testmode.registry import counts
from platform_core.testmode.serializers import (
    FullTestMailSerializer,
    TestDataSerializer,
    TestMailSerializer,
    WipeSerializer,
)
from platform_core.testmode.views import attachment_of

COLUMNS: tuple[str, ...] = tuple(TestMailSerializer._declared_fields)
MORE = ("from_name", "message_id", "text_body", "html_body", "error")


class TestData(OrganizationAPIView):
    """All that tests have made."""

    permissions: ClassVar[dict[str, str]] = {"GET": KEY_MANAGE, "DELETE": KEY_MANAGE}
    fresh = frozenset(["DELETE"])
    takes_test_keys = True

    @extend_schema(operation_id="test_data_show", responses=TestDataSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Count what tests have made and nobody has deleted."""
        found, job = counts(self.organization_id), selectors.open_wipe(self.organization_id)
        return Response({"counts": found, "total": sum(found.values()), "job": job.pk if job else None})

    @extend_schema(operation_id="test_data_wipe", request=None, responses={202: WipeSerializer})
    def delete(self, request: Request, slug: str) -> Response:
        """Delete all test data: runs with their documents, jobs, mails, files. While one deletion goes on this is that one."""
        job = services.wipe_test_data(actor=self.actor, organization=self.organization, key_id=self.key_id)
        answer = Response({"job": job.pk, "state": job.state, "total": job.total}, status=202)
        answer["Location"] = reverse("api-job", kwargs={"slug": slug, "job_id": job.pk})
        return answer


class TestMails(OrganizationAPIView):
    """The test inbox."""

    permissions: ClassVar[dict[str, str]] = {"GET": KEY_MANAGE}

    @extend_schema(operation_id="test_mails_list", parameters=CURSOR_PARAMETERS, responses=page_of(TestMailSerializer))
    def get(self, request: Request, slug: str) -> Response:
        """List the mails of tests, the newest first: they were made and handed over like any other, but sent nowhere."""
        page = cursor_page(request, selectors.inbox(self.organization_id).values(*COLUMNS))
        if page["results"]:
            services.note_read(actor=self.actor, organization_id=self.organization_id, mails=len(page["results"]))
        return Response(page)


class TestMailView(OrganizationAPIView):
    """One mail of the test inbox."""

    permissions: ClassVar[dict[str, str]] = {"GET": KEY_MANAGE}

    def mail(self) -> OutgoingMail:
        """This will find the mail of the path, or raise Http404."""
        return get_object_or_404(selectors.inbox(self.organization_id), pk=self.kwargs["mail_id"])


class TestMail(TestMailView):
    """One mail with its words."""

    @extend_schema(operation_id="test_mails_read", responses=FullTestMailSerializer)
    def get(self, request: Request, slug: str, mail_id: UUID) -> Response:
        """Read a test mail: its words, and what is attached."""
        mail = self.mail()
        services.note_mail(actor=self.actor, mail=mail)
        return Response({**{name: getattr(mail, name) for name in (*COLUMNS, *MORE)}, "attachments": _attached(mail)})


class TestMailAttachment(TestMailView):
    """An attachment."""

    @extend_schema(
        operation_id="test_mails_attachment",
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (200, "application/pdf"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, slug: str, mail_id: UUID, index: int) -> HttpResponseBase:
        """Download an attachment of a test mail, by its index from 0."""
        mail = self.mail()
        answer = attachment_of(request._request, mail, index)
        services.note_mail(actor=self.actor, mail=mail, attachment=mail.attachments[index]["file_name"])
        return answer


def _attached(mail: OutgoingMail) -> list[dict[str, Any]]:
    return [
        {
            "index": index,
            "file_name": entry["file_name"],
            "content_type": entry["content_type"],
            "size_bytes": entry["size"] if entry["size"] >= 0 else None,
        }
        for index, entry in enumerate(mail.attachments)
    ]
