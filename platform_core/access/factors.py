"""Whether a session has shown a second factor, as doors ask."""

from django.http import HttpRequest
from django.utils import timezone

from platform_core.organizations.models import Organization

TRUSTED = "factor_trusted"  # in a session: the browser was trusted to skip the factor


def is_verified(request: HttpRequest) -> bool:
    """This will say whether a factor was verified in this session, by itself or through a trusted device."""
    verified = getattr(request.user, "is_verified", None)
    return bool(verified and verified()) or bool(request.session.get(TRUSTED))


def is_shut_out(request: HttpRequest, organization: Organization) -> bool:
    """This will say whether the organization asks for a factor by now that this session has not shown."""
    since = organization.factor_required_from
    return since is not None and since <= timezone.now() and not is_verified(request)
