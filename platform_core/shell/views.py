"""Home page, launcher, style guide and, in the demo only, signing in as one of its people."""

from typing import cast

from allauth.account.utils import perform_login
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from platform_core.access.can import can, principal_of
from platform_core.access.doors import organization_page
from platform_core.accounts.models import User
from platform_core.kits.tenancy.scope import tenant
from platform_core.kits.web.toasts import toast
from platform_core.organizations.models import Membership, Organization
from platform_core.organizations.services.founding import dismiss_setup
from platform_core.permissions import ORGANIZATION_MANAGE
from platform_core.shell import style_guide
from platform_core.shell.context import address
from platform_core.shell.launcher import PRODUCTS
from platform_core.shell.selectors import DEMO_DOMAIN, home_of, memberships_of, people_with_roles
from platform_core.shell.setting_up import SetupStep, checklist_of


def home(request: HttpRequest) -> HttpResponse:
    """This will show what the platform does, or the launcher to whoever is signed in."""
    return launcher(request) if request.user.is_authenticated else render(request, "shell/home.html")


def launcher(request: HttpRequest) -> HttpResponse:
    """This will show the products with one live line each, and the organizations to switch to."""
    memberships = memberships_of(request.user.pk)  # type: ignore[arg-type]
    asked = (m for m in memberships if m.organization.slug == request.GET.get("in"))
    chosen = next(asked, None) or home_of(memberships)
    cards, things = [], []
    for product in PRODUCTS.values() if chosen else ():
        slug = chosen.organization.slug  # type: ignore[union-attr]
        with tenant(chosen.organization_id):  # type: ignore[union-attr]
            card = product.card(chosen) if product.card else None  # type: ignore[arg-type]
        cards.append((product, address(product.route, slug), card))
        things += [
            (thing, address(thing.route, slug) + thing.query)
            for thing in product.five_minutes
            if address(thing.route, slug)
        ]
    context = {
        "checklist": _checklist(chosen) if chosen else [],
        "chosen": chosen,
        "memberships": memberships,
        "cards": cards,
        "things": things,
        "now": timezone.localtime(),
    }
    return render(request, "shell/launcher.html", context)


def _checklist(membership: Membership) -> list[tuple[SetupStep, str, bool]]:
    """What is left to set up, with addresses, for those who may."""
    with tenant(membership.organization_id):
        if not can(principal_of(membership), ORGANIZATION_MANAGE):
            return []
        found = checklist_of(membership.organization)
    return [(step, address(step.route, membership.organization.slug), done) for step, done in found]


@require_POST
@organization_page(ORGANIZATION_MANAGE)
def setup_dismiss(request: HttpRequest, organization: Organization) -> HttpResponse:
    """This will put the checklist away."""
    dismiss_setup(actor=cast(User, request.user), organization=organization)
    toast(request, _("The checklist is put away. All of it stands under Organization."))
    return cast(HttpResponse, redirect(f"{reverse('home')}?{urlencode({'in': organization.slug})}"))


def people(request: HttpRequest) -> HttpResponse:
    """This will ask who one wants to be; outside of the demo the page does not exist."""
    if not settings.DEMO:
        raise Http404
    return render(request, "shell/people.html", {"people": people_with_roles()})


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """This will sign in as a person of the demo; outside of the demo the page does not exist."""
    if not settings.DEMO:
        raise Http404
    user = get_object_or_404(User, email=request.POST.get("email", ""), email__endswith=DEMO_DOMAIN)
    return cast(HttpResponse, perform_login(request, user))  # all stages: who has a second factor is asked for it


def ui(request: HttpRequest) -> HttpResponse:
    """This will show every component in each of its states."""
    return render(request, "shell/style_guide.html", style_guide.context(request))
