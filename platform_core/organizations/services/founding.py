"""Making an organization, naming it, and what its new people and documents start with."""

import secrets
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.text import slugify

from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.kits.editing import refuse_if_changed
from platform_core.organizations.models import Membership, Organization, Role

SLUG_LENGTH = 50
DEFAULTS = ("default_language", "region", "time_zone")
EDITED = ("name", *DEFAULTS)


def create_organization(*, actor: User, name: str, organization_id: UUID) -> Organization:
    """This will make an organization with ``actor`` as its owner. Call it in ``tenant(organization_id)`` of a new id."""
    with transaction.atomic(durable=True):
        organization = _with_free_slug(
            id=organization_id,
            name=name.strip(),
            default_language=actor.language or "en",
            region=actor.region,
            time_zone=actor.time_zone,
        )
        Membership.objects.create(organization=organization, user=actor, role=Role.OWNER)
        audit(
            action="organization.create",
            target=organization,
            organization_id=organization.pk,
            actor=actor,
            changes={"name": [None, organization.name], "slug": [None, organization.slug]},
        )
        emit(type="organization.created", organization_id=organization.pk, payload={"user_id": str(actor.pk)})
    return organization


def rename(*, actor: User, organization: Organization, name: str, seen: str | None = None) -> Organization:
    """This will give the organization another name; its address stays, so that links keep working.

    ``seen`` is the state of name and defaults that the editor saw: raises ChangedByOthersError where it is another.
    """
    return _change(actor, organization, action="organization.rename", seen=seen, name=name.strip())


def set_defaults(
    *, actor: User, organization: Organization, language: str, region: str, time_zone: str
) -> Organization:
    """This will set what new people and mails of the organization start with."""
    return _change(
        actor,
        organization,
        action="organization.defaults",
        default_language=language,
        region=region,
        time_zone=time_zone,
    )


def dismiss_setup(*, actor: User, organization: Organization) -> None:
    """This will put the checklist of a new organization away for all; nothing when it is away already."""
    with transaction.atomic():
        open_ = Organization.objects.filter(pk=organization.pk, setup_dismissed_at=None)
        if open_.update(setup_dismissed_at=Now()):
            audit(action="organization.setup_dismissed", target=organization, actor=actor)


def _change(
    actor: User, organization: Organization, *, action: str, seen: str | None = None, **values: Any
) -> Organization:
    with transaction.atomic():
        locked = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        refuse_if_changed(locked, EDITED, seen)
        changes = {k: [getattr(locked, k), v] for k, v in values.items() if getattr(locked, k) != v}
        if not changes:
            return locked
        for field, (_before, after) in changes.items():
            setattr(locked, field, after)
        locked.save(update_fields=list(changes))
        audit(action=action, target=locked, organization_id=locked.pk, actor=actor, changes=changes)
        emit(type="organization.changed", organization_id=locked.pk, payload={"fields": sorted(changes)})
    return locked


def _with_free_slug(**fields: Any) -> Organization:
    wanted = slugify(fields["name"])[:SLUG_LENGTH].strip("-") or "organization"
    slug = wanted
    while True:
        try:
            with transaction.atomic():
                return Organization.objects.create(slug=slug, **fields)
        except IntegrityError:
            slug = f"{wanted}-{secrets.token_hex(2)}"
