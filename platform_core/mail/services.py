"""Queueing mail. One mail to one address; a key makes it once however often it is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from platform_core.audit.services import audit
from platform_core.jobs.models import Job
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.work.queue import enqueue, publish
from platform_core.mail import journal, sending, tasks
from platform_core.mail.errors import MailError
from platform_core.mail.models import OutgoingMail, Suppression

__all__ = ["MailError", "cancel_mails", "is_held", "queue_mail", "release_held_mail", "send_again", "suppress"]

if TYPE_CHECKING:
    from platform_core.accounts.models import User

ATTACHMENT_KEYS = frozenset(["file_name", "content_type", "key", "offset", "size"])
MAX_ATTACHED_BYTES = 25_000_000
_BREAKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


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
    is_test: bool = False,
) -> OutgoingMail:
    """This will store a mail to be sent after the commit; the same key gives the mail of the first time back.

    ``attachments`` hold ``file_name``, ``content_type``, and where the bytes lie: ``key``, ``offset``, ``size`` (all of
    the key where ``size`` is -1). They are read when it is sent. Line breaks in subject and name become spaces. The
    caller writes down why it writes to people. ``is_test``: everything happens but the hand-over to the mail server; the
    mail stays in the organization's test inbox. Raises MailError.
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
                "is_test": is_test,
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


def suppress(*, organization_id: UUID, address: str, reason: str, actor: User | None) -> Suppression:
    """This will keep mail from an address: what waits for it is left out at hand-over. Raises MailError."""
    wanted = _address(address)
    with transaction.atomic():
        found = Suppression.objects.for_organization(organization_id).filter(address__iexact=wanted).first()
        if found is None:
            found = Suppression.objects.create(organization_id=organization_id, address=wanted, reason=reason)
            audit(action="mail.suppress", target=found, actor=actor, changes={"reason": ["", reason]})
    return found


def cancel_mails(*, organization_id: UUID, job: Job) -> int:
    """This will cancel what waits of a job's mails and return how many; what is being handed over goes out."""
    waiting = OutgoingMail.objects.for_organization(organization_id).filter(job=job, state=OutgoingMail.State.QUEUED)
    return int(waiting.update(state=OutgoingMail.State.CANCELED))


def send_again(*, actor: User | None, mail: OutgoingMail) -> bool:
    """This will queue a mail that failed or whose outcome is unknown: a person has decided. False in any other state."""
    with transaction.atomic():
        rows = OutgoingMail.objects.for_organization(mail.organization_id).filter(id=mail.pk)
        waits = {"state": "queued", "handing_over_at": None, "due_at": None, "error": ""}
        if not rows.filter(state__in=["failed", "unknown"]).update(**waits):
            return False
        audit(action="mail.send_again", target=mail, actor=actor, changes={"state": [mail.state, "queued"]})
        enqueue(tasks.send_mails)
    return True


def release_held_mail() -> str:
    """This will let sending go on after staff has looked, and return why it was held; empty where it was not."""
    reason = journal.held()
    if journal.release():
        sending.look_again()
        publish(tasks.send_mails)
    return reason


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
        local, _at, domain = address.rpartition("@")
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except (ValidationError, UnicodeError):
        raise MailError(_("“%(address)s” is no e-mail address.") % {"address": one_line(to)[:100]}) from None


def _attachment(entry: Mapping[str, Any]) -> dict[str, Any]:
    found = {"offset": 0, "size": -1, "content_type": "application/octet-stream", **entry}
    if set(found) != ATTACHMENT_KEYS:
        raise ValueError(f"an attachment has {sorted(ATTACHMENT_KEYS)}, not {sorted(found)}")
    return found


def is_held() -> bool:
    """This will say whether sending is kept off until staff releases it."""
    return bool(journal.held())
