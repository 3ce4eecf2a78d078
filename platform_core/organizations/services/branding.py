"""How an organization looks and names itself in mails, on public pages and in documents."""

from django.db import transaction
from django.utils.translation import gettext as _

from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.events.services import emit
from platform_core.files import services as files
from platform_core.kits.editing import refuse_if_changed
from platform_core.kits.web.accents import is_color
from platform_core.kits.web.pictures import MOST_BYTES
from platform_core.organizations.errors import RoleRefusedError
from platform_core.organizations.logos import drawn
from platform_core.organizations.models import Organization, OrganizationBrand
from platform_core.organizations.services.standing import lock

__all__ = ["EDITED", "MOST_BYTES", "PURPOSE", "BrandRefusedError", "remove_logo", "set_brand", "set_logo"]
PURPOSE = "organizations.logo"
EDITED = ("accent", "sender_name", "postal_address")


class BrandRefusedError(RoleRefusedError):
    """The brand cannot be like this; ``field`` names what to change."""


def set_brand(
    *,
    actor: User,
    organization: Organization,
    accent: str,
    sender_name: str,
    postal_address: str,
    seen: str | None = None,
) -> OrganizationBrand:
    """This will write color, sender's name and postal address; raises BrandRefusedError.

    ``seen``, here and below, is the state that the editor saw: raises ChangedByOthersError where it is another.
    """
    if accent and not is_color(accent):
        raise BrandRefusedError("accent", "bad_color", _("Write the color as # and six digits, such as #0b6e4f."))
    given = {
        "accent": accent.lower(),
        "sender_name": " ".join(sender_name.split()),
        "postal_address": postal_address.strip().replace("\r\n", "\n"),
    }
    with transaction.atomic():
        brand = _locked(organization, seen)
        changes = {
            name: [getattr(brand, name), value] for name, value in given.items() if getattr(brand, name) != value
        }
        if changes:
            for name, value in given.items():
                setattr(brand, name, value)
            brand.save()
            _write_down(actor, organization, changes)
    return brand


def set_logo(*, actor: User, organization: Organization, content: bytes, seen: str | None = None) -> OrganizationBrand:
    """This will put a picture in the logo's place; raises LogoError and what ``files`` raises for want of room."""
    picture = drawn(content)
    file = files.store(
        organization_id=organization.pk,
        name="logo.png",
        content=picture,
        purpose=PURPOSE,
        actor=actor,
        content_type="image/png",
    )
    with transaction.atomic():
        brand = _locked(organization, seen)
        before, brand.logo = brand.logo, file
        brand.save()
        _write_down(actor, organization, {"logo": [before.sha256 if before else None, file.sha256]})
    if before is not None:
        files.delete(actor=actor, file=before)
    return brand


def remove_logo(*, actor: User, organization: Organization, seen: str | None = None) -> OrganizationBrand:
    """This will take the logo away; its address is dead at once."""
    with transaction.atomic():
        brand = _locked(organization, seen)
        before, brand.logo = brand.logo, None
        if before is not None:
            brand.save()
            _write_down(actor, organization, {"logo": [before.sha256, None]})
    if before is not None:
        files.delete(actor=actor, file=before)
    return brand


def _locked(organization: Organization, seen: str | None) -> OrganizationBrand:
    lock(organization.pk)
    rows = OrganizationBrand.objects.for_organization(organization).select_related("logo")
    brand = rows.first() or OrganizationBrand(organization=organization)
    refuse_if_changed(brand, EDITED, seen)
    return brand


def _write_down(actor: User, organization: Organization, changes: dict[str, list[str | None]]) -> None:
    audit(
        action="organization.brand",
        target=organization,
        organization_id=organization.pk,
        actor=actor,
        changes=changes,
    )
    emit(type="organization.changed", organization_id=organization.pk, payload={"fields": sorted(changes)})
