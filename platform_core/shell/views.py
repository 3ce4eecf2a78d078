"""The home page and, in the demo only, signing in as one of its people."""

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from platform_core.accounts.models import User
from platform_core.kits.tenancy.scope import person
from platform_core.organizations.models import Membership

DEMO_DOMAIN = "@andina.example"


def home(request: HttpRequest) -> HttpResponse:
    """This will show what the platform does, and a signed-in person's organizations."""
    memberships: list[Membership] = []
    if request.user.is_authenticated:
        with person(request.user.pk):
            own = Membership.objects.filter(user=request.user).select_related("organization")
            memberships = list(own.order_by("organization__name"))
    people = User.objects.filter(email__endswith=DEMO_DOMAIN).order_by("date_joined") if settings.DEMO else []
    return render(request, "shell/home.html", {"memberships": memberships, "people": people})


@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """This will sign in as a person of the demo; outside of the demo the page does not exist."""
    if not settings.DEMO:
        raise Http404
    user = get_object_or_404(User, email=request.POST.get("email", ""), email__endswith=DEMO_DOMAIN)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("home")
