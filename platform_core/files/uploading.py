"""An upload's life: created within limits, grown piece by piece, looked at when it is whole, kept as a file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from platform_core.files import quota, spool
from platform_core.files.errors import FileError, NoRoomError, TooLargeError, WrongTypeError
from platform_core.files.models import StoredFile, Upload
from platform_core.files.purposes import purpose_of
from platform_core.files.selectors import room
from platform_core.kits.storage.ports import storage
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.web import numbers
from platform_core.kits.web.sniffing import WrongContentError, sniff

if TYPE_CHECKING:
    from platform_core.accounts.models import User

KEEP = timedelta(hours=24)


class EmptyFileError(FileError):
    """There is nothing in the file."""

    code = "empty_file"


class OffsetError(FileError):
    """The client and we disagree about how much has arrived."""

    code = "offset_mismatch"
    status = 409


class BusyError(FileError):
    """Another request writes to the same upload."""

    code = "upload_locked"
    status = 423


class GoneError(FileError):
    """The upload has ended or its bytes are not on this machine."""

    code = "upload_gone"
    status = 404


def create(
    *, organization_id: UUID, actor: User | None, name: str, purpose: str, length_bytes: int, is_test: bool = False
) -> Upload:
    """This will open an upload, or raise FileError with nothing written: purpose, size, quota and room are checked."""
    limits = purpose_of(purpose)
    if length_bytes == 0:
        raise EmptyFileError(_("The file is empty. Choose one with content."))
    if length_bytes > limits.max_bytes:
        text = _("The file has %(size)s; %(limit)s is the most. Split it or make it smaller.")
        raise TooLargeError(text % {"size": numbers.size(length_bytes), "limit": numbers.size(limits.max_bytes)})
    _check_room()
    with transaction.atomic():
        id = new_id()
        quota.reserve(organization_id=organization_id, file_id=id, size_bytes=length_bytes, is_test=is_test)
        upload = Upload.objects.create(
            id=id,
            organization_id=organization_id,
            name=clean_name(name),
            purpose=purpose,
            is_test=is_test,
            length_bytes=length_bytes,
            uploaded_by=actor,
            expires_at=timezone.now() + KEEP,
        )
        spool.create(upload.pk)
    return upload


def append(*, upload: Upload, offset: int, pieces: Iterable[bytes]) -> int:
    """This will add bytes and return the new offset. What arrived before the line broke stays.

    Raises OffsetError, BusyError, GoneError, NoRoomError; TooLargeError where more comes than was announced.
    """
    _check_room()
    try:
        with spool.locked(upload.pk) as file:
            here = file.seek(0, 2)
            if here != offset:
                raise OffsetError(_("The upload stands at byte %(offset)s.") % {"offset": here})
            for piece in pieces:
                if here + len(piece) > upload.length_bytes:
                    raise TooLargeError(_("More bytes came than the upload announced."))
                file.write(piece)
                here += len(piece)
    except FileNotFoundError:
        raise gone() from None
    except spool.LockedError:
        raise BusyError(_("Another request is writing to this upload. Try again in a moment.")) from None
    rows = Upload.objects.for_organization(upload.organization_id).filter(id=upload.pk)
    rows.update(offset_bytes=here, expires_at=timezone.now() + KEEP)
    return here


def offset_of(upload: Upload) -> int:
    """This will say how many bytes are here, by the file itself; raises GoneError where it is not on this machine."""
    if upload.file_id is not None:
        return upload.length_bytes
    here = spool.arrived(upload.pk)
    if here is None:
        raise gone()
    return here


def describe(upload: Upload) -> StoredFile:
    """This will look at the whole upload: its type by content and its sha256. Raises WrongTypeError."""
    place = spool.place(upload.pk)
    with place.open("rb") as file:
        try:
            found = sniff(file, name=upload.name, kinds=purpose_of(upload.purpose).kinds)
        except WrongContentError as error:
            raise WrongTypeError(str(error)) from error
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return StoredFile(
        id=upload.pk,  # the same upload can become one file only
        organization_id=upload.organization_id,
        name=upload.name,
        content_type=found.content_type,
        size_bytes=upload.length_bytes,
        sha256=digest,
        storage_key=f"{upload.organization_id}/files/{upload.pk}",
        purpose=upload.purpose,
        is_test=upload.is_test,
        uploaded_by_id=upload.uploaded_by_id,
    )


def move_to_storage(file: StoredFile) -> None:
    """This will copy the bytes to where files stay."""
    with spool.place(file.pk).open("rb") as source:
        storage().write(file.storage_key, source)


def forget(upload: Upload) -> None:
    """This will delete an upload and its bytes; a file that it became stays."""
    with transaction.atomic():
        rows = Upload.objects.for_organization(upload.organization_id).filter(id=upload.pk)
        dropped = rows.filter(file=None).exists()
        if rows.delete()[0] and dropped:
            quota.release(organization_id=upload.organization_id, file_id=upload.pk)
    with suppress(OSError):
        spool.remove(upload.pk)


def gone() -> GoneError:
    """This will make the error of an upload that is not here."""
    return GoneError(_("This upload has ended. Start it again."))


def clean_name(name: str) -> str:
    """This will keep the last part of a path, without control characters and direction overrides; at most 255 long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(letter for letter in last if letter.isprintable()).strip()
    stem, dot, extension = kept.rpartition(".")
    if dot and len(kept) > 255 and len(extension) < 20:
        return f"{stem[: 254 - len(extension)]}.{extension}"
    return kept[:255] or "file"


def _check_room() -> None:
    found = room()
    if found.is_low:
        text = _("No room for new files right now: %(free)s free, needs %(needed)s. Nothing is lost; try again later.")
        sizes = {"free": numbers.size(found.free_bytes), "needed": numbers.size(found.needed_bytes)}
        raise NoRoomError(text % sizes)
