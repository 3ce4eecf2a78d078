"""Counts who is active, after the answer is made: pages opened and things done by members, not what a page asks by itself."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from platform_core.analytics.products import product_of
from platform_core.analytics.services import note_activity
from platform_core.organizations.models import Membership


class ActivityMiddleware:
    """Stands last: it runs in the scope that the page has entered, and only where a page has found a membership."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will answer and then count; staff who act as a member are not counted, nor a tab that refreshes itself."""
        response = self.get_response(request)
        membership: Membership | None = getattr(request, "membership", None)
        asks_itself = request.method in ("GET", "HEAD") and "HX-Request" in request.headers
        if membership is None or asks_itself or getattr(request, "impersonation", None) is not None:
            return response
        if response.status_code < 400 and request.resolver_match is not None:
            note_activity(
                organization=membership.organization,
                user_id=membership.user_id,
                product=product_of(request.resolver_match.route),
                now=timezone.now(),
            )
        return response
