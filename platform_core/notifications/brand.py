"""The port through which notifications learn an organization's brand. Until somebody fills it: the bare name."""

from collections.abc import Callable
from dataclasses import dataclass

from platform_core.organizations.models import Organization

ACCENT = "#1d2433"


@dataclass(frozen=True, slots=True)
class Brand:
    """How an organization's mails look."""

    name: str
    logo_url: str = ""
    accent: str = ACCENT
    postal_address: str = ""


_ports: list[Callable[[Organization], Brand]] = []


def register_brand(port: Callable[[Organization], Brand]) -> None:
    """This will ask ``port`` from now on."""
    _ports[:] = [port]


def brand_of(organization: Organization) -> Brand:
    """This will return the organization's brand."""
    return _ports[0](organization) if _ports else Brand(organization.name)
