"""Downloading a file: by a member who may, or by whoever holds a signed link. Receiving uploads from pages."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from platform_core.access.doors import organization_page
from platform_core.files import links, selectors
from platform_core.files.models import StoredFile
from platform_core.files.views import receiving
from platform_core.kits.storage.ports import MissingFileError, storage
from platform_core.kits.tenancy.scope import enter_tenant
from platform_core.kits.web.ranges import disposition, may_show, ranged
from platform_core.permissions import FILE_UPLOAD, FILE_VIEW

if TYPE_CHECKING:
    from platform_core.organizations.models import Organization

STORAGE_LINK_SECONDS = 300


@require_http_methods(["OPTIONS", "POST"])
@organization_page(FILE_UPLOAD)
def uploads(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will open a resumable upload (tus creation)."""
    return _receive(request, organization, None)


@require_http_methods(["OPTIONS", "HEAD", "PATCH", "DELETE"])
@organization_page(FILE_UPLOAD)
def upload(request: HttpRequest, organization: Organization, upload_id: UUID) -> HttpResponse:
    """This will take the next piece of an upload, say how far it is, or end it."""
    return _receive(request, organization, upload_id)


def _receive(request: HttpRequest, organization: Organization, upload_id: UUID | None) -> HttpResponse:
    if request.method == "OPTIONS":
        return receiving.options()
    return receiving.answer(
        request,
        organization_id=organization.pk,
        actor=request.user,
        upload_id=upload_id,
        base=reverse("uploads", kwargs={"slug": organization.slug}),
    )


@require_safe
@organization_page(FILE_VIEW)
def download(request: HttpRequest, organization: Organization, file_id: UUID) -> HttpResponseBase:
    """This will give a file to a member, by ranges; ``?inline=1`` shows what is safe to show."""
    file = get_object_or_404(selectors.files(organization), id=file_id)
    return send(request, file, inline=request.GET.get("inline") == "1")


@require_safe
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """This will give what a signed link opens: 404 for one that was changed, 410 for one whose time is over."""
    try:
        found = links.opened(token)
    except links.ExpiredLinkError:
        return _gone(request)
    except links.LinkError:
        raise Http404 from None
    enter_tenant(found.organization_id)
    if found.file_id:
        file = StoredFile.objects.for_organization(found.organization_id).filter(id=found.file_id).first()
        if file is None or file.deleted_at is not None:
            return _gone(request)
        return send(request, file, inline=found.inline)
    return _stretch(request, found)


def send(request: HttpRequest, file: StoredFile, *, inline: bool = False) -> HttpResponseBase:
    """This will answer with a file's bytes: from here, or by sending the browser to storage that signs its own links."""
    signed = storage().link(
        file.storage_key,
        seconds=STORAGE_LINK_SECONDS,
        content_type=file.content_type,
        disposition=disposition(file.name, inline=inline and may_show(file.content_type)),
    )
    if signed:
        return HttpResponseRedirect(signed, headers={"Cache-Control": "no-store"})
    found = links.Link(file.organization_id, "", 0, key=file.storage_key, size=file.size_bytes, inline=inline)
    return _bytes(request, found, file.name, file.content_type, file.sha256)


def _stretch(request: HttpRequest, found: links.Link) -> HttpResponseBase:
    return _bytes(request, found, found.name, found.content_type, f"{found.key}-{found.offset}-{found.size}")


def _bytes(request: HttpRequest, found: links.Link, name: str, content_type: str, etag: str) -> HttpResponseBase:
    try:
        selectors.read_bytes(key=found.key, offset=found.offset, size=1)  # a missing file must not begin with 200
    except MissingFileError:
        return _gone(request)
    return ranged(
        request,
        length=found.size,
        read=lambda start, size: selectors.stream(key=found.key, offset=found.offset + start, size=size),
        content_type=content_type,
        file_name=name,
        etag=etag,
        inline=found.inline,
    )


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "files/link_gone.html", {"status": 410}, status=410)
