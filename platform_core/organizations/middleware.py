"""Notes when a member was last here, at most once an hour, after the answer is made."""

import datetime
from collections.abc import Callable

from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from platform_core.organizations.models import Membership

EVERY = datetime.timedelta(hours=1)


class LastSeenMiddleware:
    """Stands last: it runs in the scope that the page has entered, and only where a page has found a membership."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """This will answer and then note the visit."""
        response = self.get_response(request)
        membership: Membership | None = getattr(request, "membership", None)
        if membership is not None and getattr(request, "impersonation", None) is None:
            note_visit(membership)
        return response


def note_visit(membership: Membership) -> None:
    """This will write the database's clock into the membership, unless it was written within the hour."""
    old = timezone.now() - EVERY
    if membership.last_seen_at is not None and membership.last_seen_at > old:
        return
    rows = Membership.objects.for_organization(membership.organization_id).filter(pk=membership.pk)
    rows.filter(Q(last_seen_at=None) | Q(last_seen_at__lte=old)).update(last_seen_at=Now())
