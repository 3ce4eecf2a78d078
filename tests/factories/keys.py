"""API keys as a program holds them."""

from collections.abc import Iterable

from platform_core.access import services
from platform_core.access.can import Principal
from platform_core.access.models import ApiKey
from platform_core.access.registry import PERMISSIONS
from platform_core.access.scopes import allowed_scopes
from platform_core.kits.tenancy.scope import tenant, unscoped
from platform_core.organizations.models import Organization


def make_key(organization: Organization, scopes: Iterable[str] | None = None, **fields: object) -> tuple[ApiKey, str]:
    """This will make a key with these scopes, with all that a key can have if none are named."""
    wanted = allowed_scopes(PERMISSIONS) if scopes is None else scopes
    with unscoped(), tenant(organization.pk):
        return services.create_key(
            actor=None,
            principal=Principal(organization.pk, "owner"),
            organization=organization,
            name="Payroll",
            scopes=wanted,
            **fields,  # type: ignore[arg-type]
        )


def bearer(secret: str) -> dict[str, str]:
    """This will return the header of a call."""
    return {"Authorization": f"Bearer {secret}"}
