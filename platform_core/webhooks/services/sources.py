"""Sources: addresses of ours that take signed events from another system, each event once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.kits.crypto import signing
from platform_core.organizations.models import Organization
from platform_core.webhooks.errors import WebhookError, WebhookStateError
from platform_core.webhooks.models import ReceivedWebhook, WebhookSource
from platform_core.webhooks.services.endpoints import OVERLAP, checked_text

if TYPE_CHECKING:
    from platform_core.accounts.models import User

MAX_SOURCES = 20


def create_source(
    *, actor: User | None, organization: Organization, name: str, secret: str = ""
) -> tuple[WebhookSource, str]:
    """This will make a source and return it with its secret: the one given (the other system's own) or a new one.

    Locks the organization. Raises WebhookError.
    """
    text = checked_text(name, "name", required=True)
    if secret and not signing.is_well_formed(secret):
        message = _("This is no signing secret. It begins with whsec_ and holds 24 to 64 bytes in base64.")
        raise WebhookError("secret", "invalid", message)
    kept = secret or signing.new_secret()
    with transaction.atomic():
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        if WebhookSource.objects.for_organization(organization).count() >= MAX_SOURCES:
            message = _("There are %(count)s sources already. Delete one that is not used.") % {"count": MAX_SOURCES}
            raise WebhookError("", "too_many", message)
        source = WebhookSource(organization=organization, name=text, created_by=actor)
        source.keep_secret(kept)
        source.save(force_insert=True)
        audit(action="webhook.source_created", target=source, actor=actor)
    return source, kept


def switch_source(*, actor: User | None, source: WebhookSource, is_open: bool) -> bool:
    """This will open or close a source; a closed one answers 410. False where it was so already."""
    with transaction.atomic():
        rows = WebhookSource.objects.for_organization(source.organization_id).filter(pk=source.pk)
        if not rows.exclude(is_open=is_open).update(is_open=is_open):
            return False
        action = "webhook.source_opened" if is_open else "webhook.source_closed"
        audit(action=action, target=source, actor=actor)
    return True


def delete_source(*, actor: User | None, source: WebhookSource) -> None:
    """This will delete a source with what it has received, for good."""
    with transaction.atomic():
        audit(action="webhook.source_deleted", target=source, actor=actor)
        source.delete()


def reveal_source_secret(*, actor: User | None, source: WebhookSource) -> str:
    """This will show the secret in force, and write down who saw it. The edge asks for a fresh sign-in."""
    with transaction.atomic():
        audit(action="webhook.secret_shown", target=source, actor=actor)
        return source.secret


def rotate_source_secret(*, actor: User | None, source: WebhookSource) -> str:
    """This will put a new secret in force and return it; for 24 hours the former one counts too."""
    secret = signing.new_secret()
    with transaction.atomic():
        rows = WebhookSource.objects.for_organization(source.organization_id).select_for_update(of=("self",))
        found = rows.filter(pk=source.pk).first()
        if found is None:
            raise WebhookStateError("", "gone", _("This source has been deleted."))
        found.rotate(secret, until=timezone.now() + OVERLAP)
        found.save(update_fields=["sealed_secret", "sealed_former", "former_until"])
        audit(action="webhook.secret_rotated", target=found, actor=actor)
    return secret


def receive(
    *, source: WebhookSource, headers: Mapping[str, str], body: bytes, now: datetime
) -> tuple[ReceivedWebhook, bool]:
    """This will store an event that came in, once an id, and say whether it was new. Names of headers in lower case.

    Raises signing.ForgedError for what is not signed by one of the source's secrets within five minutes, UnicodeError
    for a body that is no text, WebhookStateError where the source is closed.
    """
    message_id = signing.verify(source.secrets(now), headers, body, now=now.timestamp())
    if not source.is_open:
        raise WebhookStateError("", "closed", _("This source is closed."))
    text = body.decode()
    if "\0" in text:
        raise UnicodeError("a body holds no NUL")
    with transaction.atomic():
        mine = ReceivedWebhook.objects.for_organization(source.organization_id)
        row = ReceivedWebhook(organization_id=source.organization_id, source=source, message_id=message_id, body=text)
        mine.bulk_create([row], ignore_conflicts=True)
        stored = mine.get(
            source=source, message_id=message_id
        )  # waits for whoever stores the same one, then finds theirs
        if stored.pk != row.pk:
            return stored, False
        rows = WebhookSource.objects.for_organization(source.organization_id).filter(pk=source.pk)
        rows.update(last_received_at=Now())
        payload = {"source_id": str(source.pk), "received_id": str(stored.pk)}
        emit(type="webhook.received", organization_id=source.organization_id, payload=payload)
    return stored, True
