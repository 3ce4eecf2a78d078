"""Endpoints: made, changed, switched off and on; their secrets made, shown and rotated."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from platform_core.audit.services import audit
from platform_core.events.services import public_types
from platform_core.kits.crypto import signing
from platform_core.kits.editing import refuse_if_changed
from platform_core.kits.web.outbound import RefusedAddressError, target_of
from platform_core.organizations.models import Organization
from platform_core.webhooks.errors import REFUSED, WebhookError, WebhookStateError
from platform_core.webhooks.models import EVERYTHING, NAME_LENGTH, WebhookEndpoint
from platform_core.webhooks.switching import switch_off

if TYPE_CHECKING:
    from platform_core.accounts.models import User

MAX_ENDPOINTS, MAX_TYPES = 20, 100
EDITED = ("url", "event_types", "description")
OVERLAP = timedelta(hours=24)  # in which the former secret signs too
State = WebhookEndpoint.State


def create_endpoint(
    *, actor: User | None, organization: Organization, url: str, event_types: Iterable[str], description: str = ""
) -> tuple[WebhookEndpoint, str]:
    """This will make an endpoint and return it with its secret. Locks the organization. Raises WebhookError."""
    checked, types, text = checked_url(url), checked_types(event_types), checked_text(description, "description")
    secret = signing.new_secret()
    with transaction.atomic():
        Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        if WebhookEndpoint.objects.for_organization(organization).count() >= MAX_ENDPOINTS:
            message = _("There are %(count)s endpoints already. Delete one that is not used.") % {
                "count": MAX_ENDPOINTS
            }
            raise WebhookError("", "too_many", message)
        endpoint = WebhookEndpoint(
            organization=organization, url=checked, event_types=types, description=text, created_by=actor
        )
        endpoint.keep_secret(secret)
        endpoint.save(force_insert=True)
        changes = {"url": [None, checked], "event_types": [None, types]}
        audit(action="webhook.created", target=endpoint, actor=actor, changes=changes)
    return endpoint, secret


def update_endpoint(
    *,
    actor: User | None,
    endpoint: WebhookEndpoint,
    url: str | None = None,
    event_types: Iterable[str] | None = None,
    description: str | None = None,
    seen: str | None = None,
) -> WebhookEndpoint:
    """This will change what is given; tries from then on go to the new address. Raises WebhookError.

    ``seen`` is the state that the editor saw: raises ChangedByOthersError where it is another.
    """
    wanted: dict[str, Any] = {}
    if url is not None:
        wanted["url"] = checked_url(url)
    if event_types is not None:
        wanted["event_types"] = checked_types(event_types)
    if description is not None:
        wanted["description"] = checked_text(description, "description")
    with transaction.atomic():
        found = _locked(endpoint)
        refuse_if_changed(found, EDITED, seen)
        changes = {name: [getattr(found, name), new] for name, new in wanted.items() if getattr(found, name) != new}
        if changes:
            for name in changes:
                setattr(found, name, wanted[name])
            found.save(update_fields=list(changes))
            audit(action="webhook.changed", target=found, actor=actor, changes=changes)
    return found


def disable_endpoint(*, actor: User | None, endpoint: WebhookEndpoint) -> bool:
    """This will switch an endpoint off; what waits for it becomes failed. False where it was off."""
    with transaction.atomic():
        return switch_off(actor=actor, endpoint=_locked(endpoint), reason=WebhookEndpoint.Reason.MEMBER)


def enable_endpoint(*, actor: User | None, endpoint: WebhookEndpoint) -> bool:
    """This will switch an endpoint on again; what failed meanwhile waits for a replay. False where it was on."""
    with transaction.atomic():
        off = WebhookEndpoint.objects.for_organization(endpoint.organization_id).filter(
            pk=endpoint.pk, state=State.DISABLED
        )
        fresh = {"disabled_reason": "", "disabled_at": None, "failing_since": None}
        if not off.update(state=State.ACTIVE, **fresh):
            return False
        changes = {"state": [State.DISABLED, State.ACTIVE]}
        audit(action="webhook.enabled", target=endpoint, actor=actor, changes=changes)
    return True


def delete_endpoint(*, actor: User | None, endpoint: WebhookEndpoint) -> None:
    """This will delete an endpoint with its events and attempts, for good."""
    with transaction.atomic():
        found = _locked(endpoint)
        audit(action="webhook.deleted", target=found, actor=actor, changes={"url": [found.url, None]})
        found.delete()


def reveal_secret(*, actor: User | None, endpoint: WebhookEndpoint) -> str:
    """This will show the secret in force, and write down who saw it. The edge asks for a fresh sign-in."""
    with transaction.atomic():
        audit(action="webhook.secret_shown", target=endpoint, actor=actor)
        return endpoint.secret


def rotate_secret(*, actor: User | None, endpoint: WebhookEndpoint) -> str:
    """This will put a new secret in force and return it; for 24 hours the former one signs too, one of them at most."""
    secret = signing.new_secret()
    with transaction.atomic():
        found = _locked(endpoint)
        found.rotate(secret, until=timezone.now() + OVERLAP)
        found.save(update_fields=["sealed_secret", "sealed_former", "former_until"])
        audit(action="webhook.secret_rotated", target=found, actor=actor)
    endpoint.former_until = found.former_until
    return secret


def checked_url(url: str) -> str:
    """This will return the address as we store it; raises WebhookError with what is wrong with it."""
    try:
        return target_of(url.strip()).url
    except RefusedAddressError as refused:
        raise WebhookError("url", refused.code, REFUSED[refused.code]) from refused


def checked_types(event_types: Iterable[str]) -> list[str]:
    """This will return what is subscribed to, each once: ``*`` alone, products with a dot at the end, or types."""
    wanted = list(dict.fromkeys(event_types))
    known = {one.name for one in public_types()} | {one.product for one in public_types()} | {EVERYTHING}
    if not wanted:
        raise WebhookError("event_types", "required", _("Choose at least one type of event."))
    if unknown := [name for name in wanted if name not in known]:
        raise WebhookError("event_types", "unknown", _("There is no event type %(name)s.") % {"name": unknown[0][:100]})
    return [EVERYTHING] if EVERYTHING in wanted else wanted[:MAX_TYPES]


def checked_text(text: str, field: str, *, required: bool = False) -> str:
    """This will return a name in one line; raises WebhookError for one that is too long or holds control characters."""
    line = " ".join(text.split())
    if len(line) > NAME_LENGTH or not line.isprintable() or (required and not line):
        message = (
            _("Write at most %(count)s characters.") if line else _("Give it a name of 1 to %(count)s characters.")
        )
        raise WebhookError(field, "invalid", message % {"count": NAME_LENGTH})
    return line


def _locked(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    rows = WebhookEndpoint.objects.for_organization(endpoint.organization_id).select_for_update(
        no_key=True, of=("self",)
    )
    found = rows.filter(pk=endpoint.pk).first()
    if found is None:
        raise WebhookStateError("", "gone", _("This endpoint has been deleted."))
    return found
