"""What the products plug into the shell: their place in the menus, their card on the launcher, things worth five minutes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from platform_core.organizations.models import Membership


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link of the sidebar; shown where its route exists and the person may follow it. ``key`` follows ``g``."""

    label: Any
    icon: str
    route: str
    permission: str = ""
    key: str = ""
    also: frozenset[str] = frozenset()  # names of other routes that belong to this link


@dataclass(frozen=True, slots=True)
class Recent:
    """One line at the foot of a card."""

    label: str
    icon: str
    url: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class LauncherCard:
    """What a product says about itself right now: one live line, a bar, what was touched last."""

    line: str
    caption: str = ""
    done_percent: float | None = None
    recent: tuple[Recent, ...] = ()


@dataclass(frozen=True, slots=True)
class FiveMinutes:
    """A thing worth five minutes: it opens with a sample file already chosen."""

    title: Any
    text: Any
    route: str
    product: str
    query: str = ""


CardReader = Callable[[Membership], LauncherCard | None]


@dataclass(frozen=True, slots=True)
class Product:
    """A product as the shell sees it."""

    key: str
    name: str
    icon: str
    route: str
    nav: tuple[NavItem, ...] = ()
    card: CardReader | None = None
    five_minutes: tuple[FiveMinutes, ...] = field(default_factory=tuple)


PRODUCTS: dict[str, Product] = {}
ORGANIZATION_NAV: list[NavItem] = []


def register_product(product: Product) -> None:
    """This will show a product in the switcher and on the launcher; the later registration of a key wins."""
    PRODUCTS[product.key] = product


def register_organization_page(item: NavItem) -> None:
    """This will add a link under "Organization" in every sidebar; raises nothing when it is there already."""
    if item not in ORGANIZATION_NAV:
        ORGANIZATION_NAV.append(item)
