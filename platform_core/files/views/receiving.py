"""tus 1.0 (https://tus.io/protocols/resumable-upload): core, creation, termination, expiration. Pages and API share it.

A request takes at most 8 MB, so that none lasts; what arrived before a line broke is kept, and HEAD says how much. The
finished upload's answer names the file: ``Upload-File-Id``. Knows requests and answers; whoever calls it has let the
caller in and opened the organization's scope.
"""

import base64
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils.http import http_date
from django.utils.translation import gettext as _

from platform_core.files import services, uploading
from platform_core.files.errors import FileError
from platform_core.files.models import Upload
from platform_core.files.purposes import PURPOSES
from platform_core.kits.api.problems import answer_with_problem

VERSION = "1.0.0"
MAX_PIECE = 8 * 1024 * 1024
PIECE = 1 << 16
OFFSET_TYPE = "application/offset+octet-stream"


class ProtocolError(FileError):
    """The request is not tus as the standard has it."""

    code = "bad_upload_request"
    status = 400


class VersionError(ProtocolError):
    code = "unsupported_tus_version"
    status = 412


class BodyError(ProtocolError):
    code = "bad_upload_body"
    status = 415


class PieceTooLargeError(ProtocolError):
    code = "piece_too_large"
    status = 413


def options() -> HttpResponse:
    """This will say what we speak."""
    largest = max((purpose.max_bytes for purpose in PURPOSES.values()), default=0)
    headers = {"Tus-Version": VERSION, "Tus-Extension": "creation,termination,expiration", "Tus-Max-Size": str(largest)}
    return HttpResponse(status=204, headers={"Tus-Resumable": VERSION, **headers})


def answer(
    request: HttpRequest, *, organization_id: UUID, actor: Any, upload_id: UUID | None, base: str, is_test: bool = False
) -> HttpResponse:
    """This will answer one tus request; ``base`` is the address of the collection. Faults become problem+json."""
    try:
        _check_version(request)
        if upload_id is None:
            response = create(request, organization_id=organization_id, actor=actor, base=base, is_test=is_test)
        else:
            upload = _find(organization_id, actor, upload_id, is_test)
            response = {"HEAD": _head, "PATCH": _patch, "DELETE": _delete}[request.method or ""](request, upload, actor)
    except FileError as error:
        response = _problem(request, error)
    response.headers["Tus-Resumable"] = VERSION
    response.headers["Cache-Control"] = "no-store"
    return response


def create(
    request: HttpRequest, *, organization_id: UUID, actor: Any, base: str, is_test: bool = False
) -> HttpResponse:
    """This will open an upload; raises FileError."""
    _check_version(request)
    length = _number(request, "Upload-Length")
    metadata = _metadata(request.headers.get("Upload-Metadata", ""))
    upload = services.begin_upload(
        organization_id=organization_id,
        actor=actor,
        name=metadata.get("filename") or metadata.get("name") or "",
        purpose=metadata.get("purpose", ""),
        length_bytes=length,
        is_test=is_test,
    )
    return HttpResponse(status=201, headers={"Location": f"{base}{upload.pk}/", **_expiry(upload)})


def _head(request: HttpRequest, upload: Upload, actor: Any) -> HttpResponse:
    offset = uploading.offset_of(upload)
    headers = {"Upload-Offset": str(offset), "Upload-Length": str(upload.length_bytes), **_expiry(upload)}
    if offset == upload.length_bytes:  # whole, but the process may have died before it became a file
        file = services.finish_upload(actor=actor, upload=upload)
        headers["Upload-File-Id"] = str(file.pk)
    return HttpResponse(status=200, headers=headers)


def _patch(request: HttpRequest, upload: Upload, actor: Any) -> HttpResponse:
    if request.content_type != OFFSET_TYPE:
        raise BodyError(_("Send the bytes as %(type)s.") % {"type": OFFSET_TYPE})
    offset = _number(request, "Upload-Offset")
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_PIECE:
        raise PieceTooLargeError(_("A piece has at most %(limit)s bytes. Send smaller ones.") % {"limit": MAX_PIECE})
    if upload.file_id is not None and offset != upload.length_bytes:
        raise uploading.OffsetError(_("The upload is complete."))
    if upload.file_id is None:
        offset = uploading.append(upload=upload, offset=offset, pieces=_pieces(request))
    headers = {"Upload-Offset": str(offset), **_expiry(upload)}
    if offset == upload.length_bytes:
        headers["Upload-File-Id"] = str(services.finish_upload(actor=actor, upload=upload).pk)
    return HttpResponse(status=204, headers=headers)


def _delete(request: HttpRequest, upload: Upload, actor: Any) -> HttpResponse:
    services.abandon_upload(upload=upload)
    return HttpResponse(status=204)


def _pieces(request: HttpRequest) -> Iterator[bytes]:
    """The body in small pieces; ends where the line breaks. A body without a length is cut at the limit."""
    left = MAX_PIECE
    try:
        while left > 0 and (piece := request.read(min(PIECE, left))):
            left -= len(piece)
            yield piece
    except (UnreadablePostError, OSError):
        return


def _find(organization_id: UUID, actor: Any, upload_id: UUID, is_test: bool) -> Upload:
    """Only who began an upload goes on with it; for a key, any key of the organization and its kind that may upload."""
    uploads = Upload.objects.for_organization(organization_id).filter(is_test=is_test)
    found = uploads.filter(id=upload_id, uploaded_by=actor).first()
    if found is None:
        raise uploading.gone()
    return found


def _check_version(request: HttpRequest) -> None:
    if request.headers.get("Tus-Resumable") != VERSION:
        raise VersionError(_("Send the header “Tus-Resumable: %(version)s”.") % {"version": VERSION})


def _number(request: HttpRequest, header: str) -> int:
    value = request.headers.get(header, "")
    if not (value.isascii() and value.isdigit() and len(value) < 19):
        raise ProtocolError(_("The header %(header)s must be a whole number.") % {"header": header})
    return int(value)


def _metadata(header: str) -> dict[str, str]:
    found = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        name, _space, value = pair.partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except ValueError:  # of base64 and of UTF-8 alike
            raise ProtocolError(_("The header Upload-Metadata is not Base64 of UTF-8.")) from None
    return found


def _expiry(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": http_date(upload.expires_at.timestamp())}


def _problem(request: HttpRequest, error: FileError) -> HttpResponse:
    headers = {"Tus-Version": VERSION} if error.status == 412 else {}
    return answer_with_problem(request, error.status, error.code, str(error), headers=headers)
