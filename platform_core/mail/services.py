"""Queueing mail. One mail to one address; a key makes it once however often it is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from platform_core.jobs.models import Job
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.work.queue import enqueue
from platform_core.mail import tasks
from platform_core.mail.errors import MailError
from platform_core.mail.models import OutgoingMail

__all__ = ["MailError", "queue_mail"]

ATTACHMENT_KEYS = frozenset(["file_name", "content_type", "key", "offset", "size"])
MAX_ATTACHED_BYTES = 25_000_000
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


def queue_mail(
    *,
    organization_id: UUID,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    kind: str,
    idempotency_key: str,
    attachments: Sequence[Mapping[str, Any]] = (),
    job: Job | None = None,
    from_name: str = "",
    subject_id: UUID | None = None,
) -> OutgoingMail:
    """This will store a mail to be sent after the commit; the same key gives the mail of the first time back.

    ``attachments`` hold ``file_name``, ``content_type``, and where the bytes lie: ``key``, ``offset``, ``size`` (all of
    the key where ``size`` is -1). They are read when it is sent. Line breaks in subject and name become spaces. The
    caller writes down why it writes to people. Raises MailError.
    """
    address = _address(to)
    attached = [_attachment(entry) for entry in attachments]
    if sum(max(int(entry["size"]), 0) for entry in attached) > MAX_ATTACHED_BYTES:
        raise MailError(_("The attachments are larger than mail servers take (25 MB). Send a link instead."))
    with transaction.atomic():
        id = new_id()
        mail, made = OutgoingMail.objects.for_organization(organization_id).get_or_create(
            organization_id=organization_id,
            idempotency_key=idempotency_key[:160],
            defaults={
                "id": id,
                "kind": kind,
                "to_address": address,
                "from_name": one_line(from_name)[:120],
                "subject": one_line(subject)[:300],
                "text_body": text,
                "html_body": html,
                "attachments": attached,
                "job": job,
                "subject_id": subject_id,
                "message_id": message_id(id),
            },
        )
        if made:
            enqueue(tasks.send_mails)
    return mail


def one_line(text: str) -> str:
    """This will make a header's text of any text: control characters and line breaks become one space."""
    return _BREAKS.sub(" ", text).strip()


def message_id(id: UUID) -> str:
    """This will make the Message-ID that the mail keeps through all attempts: receivers drop a second one."""
    return f"<{id}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>"


def _address(to: str) -> str:
    address = to.strip()
    try:
        validate_email(address)
    except ValidationError:
        raise MailError(_("“%(address)s” is no e-mail address.") % {"address": one_line(to)[:100]}) from None
    return address


def _attachment(entry: Mapping[str, Any]) -> dict[str, Any]:
    found = {"offset": 0, "size": -1, "content_type": "application/octet-stream", **entry}
    if set(found) != ATTACHMENT_KEYS:
        raise ValueError(f"an attachment has {sorted(ATTACHMENT_KEYS)}, not {sorted(found)}")
    return found
