"""The products that activity is counted for: the first part of an address inside an organization names one.

``wiring`` plugs them in. What belongs to none (members, keys, settings) counts for the platform itself.
"""

from typing import Any

from django.utils.translation import gettext_lazy

PLATFORM = "platform"
PRODUCTS: dict[str, Any] = {PLATFORM: gettext_lazy("Organization pages")}
INSIDE = "orgs/<slug:slug>/"


def register_counted_product(key: str, name: Any) -> None:
    """This will count a product apart from now on."""
    PRODUCTS[key] = name


def product_of(route: str) -> str:
    """This will name the product that a route belongs to."""
    part = route.removeprefix(INSIDE).partition("/")[0]
    return part if route.startswith(INSIDE) and part in PRODUCTS else PLATFORM
