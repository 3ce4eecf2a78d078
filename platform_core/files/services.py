"""Bytes into storage and out of it. They are durable before their row says so, and go after their row does."""

from __future__ import annotations

import hashlib
import mimetypes
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.files import links, quota, spool, uploading
from platform_core.files.errors import FileError
from platform_core.files.models import StoredFile, Upload
from platform_core.files.purposes import DERIVED
from platform_core.kits.storage.ports import storage
from platform_core.kits.tenancy.ids import new_id

if TYPE_CHECKING:
    from platform_core.accounts.models import User

__all__ = [
    "FileError",
    "abandon_upload",
    "begin_upload",
    "delete",
    "delete_key",
    "finish_upload",
    "keep",
    "purge",
    "restore",
    "signed_link",
    "store",
    "write_bytes",
    "write_stream",
]
NAME_LENGTH = 255
UNKNOWN_TYPE = "application/octet-stream"


def write_bytes(*, key: str, content: bytes) -> None:
    """This will store ``content`` under ``key``, whole or not at all, durable when it returns."""
    storage().write(key, BytesIO(content))


def write_stream(*, key: str, source: BinaryIO) -> None:
    """This will store all that ``source`` gives under ``key``, whole or not at all, without holding it in memory."""
    storage().write(key, source)


def delete_key(*, key: str) -> None:
    """This will remove the bytes of ``key``; none there is no error."""
    storage().delete(key)


def store(
    *,
    organization_id: UUID,
    name: str,
    content: bytes,
    purpose: str,
    actor: User | None,
    content_type: str = "",
    is_test: bool = False,
) -> StoredFile:
    """This will keep bytes made or taken in one piece as a file; raises ``quota.QuotaError``.

    ``content_type`` is guessed by the name where it is not given: give it for what people brought.
    """
    file = StoredFile(
        id=new_id(),
        organization_id=organization_id,
        name=name[-NAME_LENGTH:],
        content_type=content_type or mimetypes.guess_type(name)[0] or UNKNOWN_TYPE,
        size_bytes=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        purpose=purpose,
        is_test=is_test,
        uploaded_by=actor,
    )
    return keep(file=file, source=BytesIO(content), actor=actor)


def keep(*, file: StoredFile, source: BinaryIO, actor: User | None) -> StoredFile:
    """This will write the bytes, then the row. Bytes of a row that was refused are removed."""
    file.storage_key = file.storage_key or f"{file.organization_id}/files/{file.pk}"
    write_stream(key=file.storage_key, source=source)
    try:
        with transaction.atomic():
            quota.reserve(
                organization_id=file.organization_id,
                file_id=file.pk,
                size_bytes=file.size_bytes,
                is_test=file.is_test,
            )
            file.save(force_insert=True)
            announce(file=file, actor=actor)
    except Exception:
        delete_key(key=file.storage_key)
        raise
    return file


def announce(*, file: StoredFile, actor: User | None) -> None:
    """This will write down and tell that a file is there. Call it in the transaction that stores the row."""
    if file.purpose in DERIVED:
        return
    audit(action="file.store", target=file, actor=actor, changes={"size_bytes": [0, file.size_bytes]})
    payload = {"file_id": str(file.pk), "purpose": file.purpose, "size_bytes": file.size_bytes}
    emit(type="file.stored", organization_id=file.organization_id, payload=payload, is_test=file.is_test)


def begin_upload(
    *, organization_id: UUID, actor: User | None, name: str, purpose: str, length_bytes: int, is_test: bool = False
) -> Upload:
    """This will open a resumable upload, or raise FileError with nothing written."""
    return uploading.create(
        organization_id=organization_id,
        actor=actor,
        name=name,
        purpose=purpose,
        length_bytes=length_bytes,
        is_test=is_test,
    )


def finish_upload(*, actor: User | None, upload: Upload) -> StoredFile:
    """This will make a file of an upload that is whole, once: a second call gives the same file.

    Raises WrongTypeError, and then the upload is gone with its bytes: it cannot become right by waiting.
    """
    try:
        file = uploading.describe(upload)
        uploading.move_to_storage(file)
    except (FileError, FileNotFoundError) as error:
        kept = StoredFile.objects.for_organization(upload.organization_id).filter(id=upload.pk).first()
        if kept is not None:
            return kept
        uploading.forget(upload)
        raise error if isinstance(error, FileError) else uploading.gone() from None
    with transaction.atomic():
        row = Upload.objects.for_organization(upload.organization_id).select_for_update().get(id=upload.pk)
        if row.file_id is None:
            file.save(force_insert=True)
            row.file, row.offset_bytes = file, row.length_bytes
            row.save(update_fields=["file", "offset_bytes"])
            announce(file=file, actor=actor)
    spool.remove(upload.pk)
    return file


def abandon_upload(*, upload: Upload) -> None:
    """This will end an upload and delete its bytes; a file that it became stays."""
    uploading.forget(upload)


def delete(*, actor: User | None, file: StoredFile) -> bool:
    """This will put a file away; its bytes go after 30 days. False when it was away already."""
    with transaction.atomic():
        kept = StoredFile.objects.for_organization(file.organization_id).filter(id=file.pk, deleted_at=None)
        if not kept.update(deleted_at=timezone.now()):
            return False
        if file.purpose in DERIVED:
            return True
        audit(action="file.delete", target=file, actor=actor)
        payload = {"file_id": str(file.pk)}
        emit(type="file.deleted", organization_id=file.organization_id, payload=payload, is_test=file.is_test)
    return True


def purge(*, file: StoredFile) -> None:
    """This will remove the bytes of a file that was put away, then its row: the clock's work after 30 days."""
    delete_key(key=file.storage_key)
    with transaction.atomic():
        away = StoredFile.objects.for_organization(file.organization_id).filter(id=file.pk).exclude(deleted_at=None)
        if away.delete()[0]:
            quota.release(organization_id=file.organization_id, file_id=file.pk)
            if file.purpose not in DERIVED:
                audit(action="file.purge", target=file)


def signed_link(
    *,
    organization_id: UUID,
    purpose: str,
    seconds: int,
    file: StoredFile | None = None,
    key: str = "",
    offset: int = 0,
    size: int = -1,
    name: str = "",
    content_type: str = UNKNOWN_TYPE,
    inline: bool = False,
) -> str:
    """This will make a whole address that gives one file, or ``size`` bytes of ``key``, to whoever has it, for a time."""
    link = links.Link(
        organization_id=organization_id,
        purpose=purpose,
        ends_at=int(timezone.now().timestamp()) + seconds,
        file_id=file.pk if file else None,
        key=key,
        offset=offset,
        size=size,
        name=name,
        content_type=content_type,
        inline=inline,
    )
    return links.address(link)


def restore(*, actor: User | None, file: StoredFile) -> bool:
    """This will take back a deletion; False when there is none to take back or the bytes are gone."""
    with transaction.atomic():
        away = StoredFile.objects.for_organization(file.organization_id).filter(id=file.pk)
        if not away.exclude(deleted_at=None).update(deleted_at=None):
            return False
        audit(action="file.restore", target=file, actor=actor)
    return True
