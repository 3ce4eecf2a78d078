"""What a template is called, and taking it away: deleted ones come back by Undo for 30 days, then they are purged."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from docuai.library.content import TemplateChangedError, TemplateError
from docuai.library.models import DocumentTemplate
from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.kits.editing import refuse_if_changed

KEPT = timedelta(days=30)
MAX_TAGS = 10
EDITED = ("name", "description", "tags")


def describe(
    *,
    actor: User | None,
    template: DocumentTemplate,
    name: str | None = None,
    description: str | None = None,
    tags: Iterable[str] | None = None,
    unchanged_since: datetime | None = None,
    seen: str | None = None,
) -> DocumentTemplate:
    """This will rename a template, describe or tag it; its address stays. Raises TemplateError.

    With ``unchanged_since`` it raises TemplateChangedError where somebody else was faster; the row is locked for that.
    ``seen`` is the state that the editor of a page saw: raises ChangedByOthersError.
    """
    wanted: dict[str, Any] = {}
    if name is not None:
        wanted["name"] = clean_name(name)
    if description is not None:
        wanted["description"] = description.strip()[:300]
    if tags is not None:
        wanted["tags"] = clean_tags(tags)
    changes = {key: [getattr(template, key), value] for key, value in wanted.items() if getattr(template, key) != value}
    if not changes:
        return template
    with transaction.atomic():
        _check_unchanged(template, unchanged_since)
        if seen:
            locked = DocumentTemplate.objects.for_organization(template.organization_id).select_for_update()
            refuse_if_changed(locked.get(pk=template.pk), EDITED, seen)
        for key, (_before, value) in changes.items():
            setattr(template, key, value)
        template.save(update_fields=[*changes, "updated_at"])
        audit(action="docuai.template.describe", target=template, actor=actor, changes=changes)
    return template


def _check_unchanged(template: DocumentTemplate, since: datetime | None) -> None:
    if since is None:
        return
    rows = DocumentTemplate.objects.for_organization(template.organization_id).select_for_update()
    if rows.values_list("updated_at", flat=True).get(pk=template.pk) != since:
        raise TemplateChangedError(
            _("Somebody has changed the template since you read it. Read it again, then change it.")
        )


def delete(*, actor: User | None, template: DocumentTemplate, unchanged_since: datetime | None = None) -> None:
    """This will take a template out of the library; runs and documents made from it stay. ``unchanged_since`` as above."""
    with transaction.atomic():
        _check_unchanged(template, unchanged_since)
        live = DocumentTemplate.objects.for_organization(template.organization_id).filter(deleted_at=None)
        if live.filter(id=template.pk).update(deleted_at=Now()):
            audit(action="docuai.template.delete", target=template, actor=actor)
            emit(
                type="docuai.template.deleted",
                organization_id=template.organization_id,
                payload={"template_id": str(template.pk)},
            )


def undelete(*, actor: User | None, template: DocumentTemplate) -> DocumentTemplate:
    """This will bring a deleted template back, under a new address where another has taken its own."""
    slug = template.slug
    for number in range(2, 100):
        try:
            with transaction.atomic():
                gone = DocumentTemplate.objects.for_organization(template.organization_id).exclude(deleted_at=None)
                if gone.filter(id=template.pk).update(deleted_at=None, slug=slug):
                    audit(action="docuai.template.undelete", target=template, actor=actor)
            break
        except IntegrityError:
            slug = f"{template.slug[:70]}-{number}"
    template.refresh_from_db()
    return template


def purge_deleted(*, organization_id: UUID) -> int:
    """This will erase templates that were deleted 30 days ago and that no run was made from; gives how many."""
    old = DocumentTemplate.objects.for_organization(organization_id).filter(deleted_at__lt=Now() - KEPT, runs=None)
    purged = 0
    for template in old:
        with transaction.atomic():
            audit(action="docuai.template.purge", target=template, actor=None)
            template.delete()
        purged += 1
    return purged


def clean_name(name: str) -> str:
    """This will give a name fit to store; raises TemplateError."""
    cleaned = " ".join("".join(c for c in name if c.isprintable()).split())
    if not cleaned:
        raise TemplateError(_("Give the template a name."))
    if len(cleaned) > 120:
        raise TemplateError(_("The name is longer than 120 characters. Shorten it."))
    return cleaned


def clean_tags(tags: Iterable[str]) -> list[str]:
    """This will give tags without doubles and empty ones, in order; raises TemplateError."""
    cleaned: dict[str, str] = {}
    for tag in tags:
        word = " ".join(tag.split())
        if len(word) > 40:
            raise TemplateError(_("The tag “%(tag)s…” is longer than 40 characters. Shorten it.") % {"tag": word[:20]})
        if word:
            cleaned.setdefault(word.casefold(), word)
    if len(cleaned) > MAX_TAGS:
        raise TemplateError(_("A template takes 10 tags at most. Leave some out."))
    return list(cleaned.values())
