"""An organization's brand as mails, pages and documents take it. Call it in the organization's scope."""

import logging
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from platform_core.files import selectors as files
from platform_core.kits.storage.ports import MissingFileError, StorageError
from platform_core.kits.web.pictures import as_svg
from platform_core.organizations.models import Organization, OrganizationBrand

ACCENT = "#1d2433"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Look:
    """What is shown: ``accent`` reads on white and carries white text, ``accent_dark`` reads on the dark theme."""

    name: str
    accent: str
    accent_dark: str
    postal_address: str = ""
    logo_path: str = ""

    @property
    def logo_url(self) -> str:
        """The logo's whole address, for mails."""
        return settings.BASE_URL + self.logo_path if self.logo_path else ""


def brand_row(organization: Organization) -> OrganizationBrand:
    """This will read the brand, an empty one where none was set."""
    rows = OrganizationBrand.objects.for_organization(organization).select_related("logo")
    return rows.first() or OrganizationBrand(organization=organization)


def look_of(organization: Organization) -> Look:
    """This will give the brand with its defaults filled in."""
    return look_of_row(organization, brand_row(organization))


def look_of_row(organization: Organization, row: OrganizationBrand) -> Look:
    """This will give the look of a row, also of one that is not stored."""
    return Look(
        name=row.sender_name or organization.name,
        accent=row.accent_light or ACCENT,
        accent_dark=row.accent_dark or "#ffffff",
        postal_address=row.postal_address,
        logo_path=reverse("brand-logo", args=[row.logo_id]) if row.logo_id else "",
    )


def for_documents(organization: Organization) -> dict[str, Any]:
    """This will give what templates read as ``brand``: name and, where they are set, color, name of law and logo.

    The logo is SVG text with the picture inside, which is what both engines take; a run keeps the one of its start.
    """
    row = brand_row(organization)
    found: dict[str, Any] = {"name": organization.name}
    if row.accent:
        found["color"] = row.accent_light
    if row.postal_address:
        found["legal"] = ", ".join([organization.name, *row.postal_address.splitlines()])
    if row.logo is not None and (logo := _for_document(row)):
        found["logo"] = logo
    return found


def _for_document(row: OrganizationBrand) -> str:
    """A logo whose file cannot be read keeps no run from starting: the documents then show the name."""
    try:
        return as_svg(logo_bytes(row))
    except (MissingFileError, StorageError):
        logger.warning("brand.logo_unreadable", extra={"organization": str(row.organization_id)})
        return ""


def logo_bytes(row: OrganizationBrand) -> bytes:
    """This will read the logo's PNG."""
    assert row.logo is not None
    return files.read(row.logo)
