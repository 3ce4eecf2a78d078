"""What base templates need on every page. All of it is lazy: an error page that asks for nothing costs no query."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy

from platform_core.access.can import can
from platform_core.accounts.models import User
from platform_core.kits.work.pausing import QUEUES
from platform_core.operations.models import Impersonation
from platform_core.operations.selectors import Shown, notices_for, pauses_for
from platform_core.organizations.models import Membership, Organization
from platform_core.shell.launcher import ORGANIZATION_NAV, PRODUCTS, NavItem, Product
from platform_core.shell.selectors import home_of, memberships_of, people_with_roles
from platform_core.sms.selectors import is_offered

PERSON_NAV = (
    (gettext_lazy("Profile"), "circle-user-round", "profile"),
    (gettext_lazy("E-mail addresses"), "mail", "account_email"),
    (gettext_lazy("Password"), "key-round", "account_change_password"),
    (gettext_lazy("Security"), "shield-check", "security"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link as a template draws it."""

    label: Any
    icon: str
    url: str
    current: bool = False
    key: str = ""


class Shell:
    """The frame of a page: who, where, what else there is."""

    demo = settings.DEMO

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def signed_in(self) -> bool:
        user = getattr(self.request, "user", None)
        return user is not None and user.is_authenticated

    @cached_property
    def demo_people(self) -> list[tuple[User, str]]:
        """Who one may be, with their role; nobody outside of the demo."""
        return people_with_roles() if self.demo else []

    @cached_property
    def memberships(self) -> list[Membership]:
        user = self.request.user
        return memberships_of(user.pk) if user.is_authenticated else []

    @cached_property
    def organization(self) -> Organization | None:
        membership = getattr(self.request, "membership", None)
        return membership.organization if membership else None

    @property
    def impersonation(self) -> Impersonation | None:
        """The member of staff who acts here as somebody; nobody on most pages."""
        return getattr(self.request, "impersonation", None)

    @property
    def offers_sms(self) -> bool:
        """Whether this platform sends text messages."""
        return is_offered()

    @cached_property
    def notices(self) -> list[Shown]:
        """What staff tell everybody or this organization, as far as this person has not put it away."""
        if not self.signed_in:
            return []
        return notices_for(self.organization.pk if self.organization else None, self.request.user.pk)

    @cached_property
    def pauses(self) -> list[dict[str, Any]]:
        """What staff hold back of the work that this page is about, with the reason."""
        if self.organization is None:
            return []
        match = self.request.resolver_match
        route, product = match.url_name if match else "", self.product.key if self.product else ""
        return [pause for pause in pauses_for(self.organization.pk) if _concerns(pause, route or "", product)]

    @cached_property
    def products(self) -> list[tuple[Product, str]]:
        """Each product with its address in this organization, or in the one that the person begins in."""
        home = None if self.organization else home_of(self.memberships)
        slug = self.organization.slug if self.organization else home.organization.slug if home else ""
        found = ((product, address(product.route, slug)) for product in PRODUCTS.values())
        return [(product, url) for product, url in found if url]

    @cached_property
    def product(self) -> Product | None:
        match = self.request.resolver_match
        route = match.url_name if match else ""
        owners = (p for p in PRODUCTS.values() if any(route == i.route or route in i.also for i in p.nav))
        return next(owners, None)

    @cached_property
    def product_nav(self) -> list[Link]:
        return self._links(self.product.nav) if self.product else []

    @cached_property
    def organization_nav(self) -> list[Link]:
        return self._links(tuple(ORGANIZATION_NAV))

    @cached_property
    def person_nav(self) -> list[Link]:
        """A person's own pages; beside a product's menu they would be noise: there they stand in the person's menu."""
        if not self.signed_in or self.product:
            return []
        match = self.request.resolver_match
        route = match.url_name if match else ""
        return [Link(label, icon, reverse(name), route == name) for label, icon, name in PERSON_NAV]

    def _links(self, items: tuple[NavItem, ...]) -> list[Link]:
        principal = getattr(self.request, "principal", None)
        if self.organization is None or principal is None:
            return []
        route = self.request.resolver_match.url_name if self.request.resolver_match else ""
        links = []
        for item in items:
            url = address(item.route, self.organization.slug)
            if url and (not item.permission or can(principal, item.permission)):
                current = route == item.route or route in item.also
                links.append(Link(item.label, item.icon, url, current, item.key))
        return links


def _concerns(pause: dict[str, Any], route: str, product: str) -> bool:
    """An organization's own pause concerns all pages with work; a queue's or provider's those that name it."""
    hit = [
        queue for queue in QUEUES.values() if pause["organization_id"] or pause["name"] in (queue.name, queue.provider)
    ]
    return any(product in queue.products or route in queue.routes for queue in hit)


def address(route: str, slug: str) -> str:
    """This will give a route's path in an organization, or nothing where it does not exist: such a link is not drawn."""
    try:
        return reverse(route, kwargs={"slug": slug}) if slug else ""
    except NoReverseMatch:
        return ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """This will give templates ``shell``."""
    return {"shell": Shell(request)}
