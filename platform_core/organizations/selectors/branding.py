"""An organization's brand as mails, pages and documents take it. Call it in the organization's scope."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from platform_core.files import selectors as files
from platform_core.organizations.models import Organization, OrganizationBrand

ACCENT = "#1d2433"


@dataclass(frozen=True, slots=True)
class Look:
    """What is shown: ``accent`` reads on white and carries white text, ``accent_dark`` reads on the dark theme."""

    name: str
    accent: str
    accent_dark: str
    postal_address: str = ""
    logo_url: str = ""


def brand_row(organization: Organization) -> OrganizationBrand:
    """This will read the brand, an empty one where none was set."""
    rows = OrganizationBrand.objects.for_organization(organization).select_related("logo")
    return rows.first() or OrganizationBrand(organization=organization)


def look_of(organization: Organization) -> Look:
    """This will give the brand with its defaults filled in."""
    row = brand_row(organization)
    return Look(
        name=row.sender_name or organization.name,
        accent=row.accent_light or ACCENT,
        accent_dark=row.accent_dark or "#ffffff",
        postal_address=row.postal_address,
        logo_url=settings.BASE_URL + reverse("brand-logo", args=[row.logo_id]) if row.logo_id else "",
    )


def for_documents(organization: Organization) -> dict[str, Any]:
    """This will give what templates read as ``brand``: name and, where they are set, color, address and name of law."""
    row = brand_row(organization)
    found: dict[str, Any] = {"name": organization.name}
    if row.accent:
        found["color"] = row.accent_light
    if row.postal_address:
        found["legal"] = ", ".join([organization.name, *row.postal_address.splitlines()])
    return found


def logo_bytes(row: OrganizationBrand) -> bytes:
    """This will read the logo's PNG."""
    assert row.logo is not None
    return files.read(row.logo)
