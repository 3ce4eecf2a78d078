"""What the resources of roles, teams and shares have in common: who may do what is changed by persons, never by keys."""

from typing import Any

from django.utils.translation import gettext as _

from platform_core.access.rest import OrganizationAPIView
from platform_core.kits.api.problems import ProblemError, register_problem
from platform_core.organizations.errors import (
    LastOwnerError,
    NotAllowedError,
    OrganizationError,
    RoleRefusedError,
    UnknownRoleError,
)

register_problem(OrganizationError, status=422, code="refused")
register_problem(NotAllowedError, status=403, code="not_allowed")
register_problem(LastOwnerError, status=409, code="last_owner")
register_problem(RoleRefusedError, status=422, code="role_refused")
register_problem(UnknownRoleError, status=422, code="unknown_role")


class AccessView(OrganizationAPIView):
    """A key has no rank: if it could give roles, a demoted person's old key would lift them up again."""

    @property
    def person(self) -> Any:
        """The signed-in person; raises a 403 problem for a key."""
        if self.principal.key_id is not None:
            text = _("Who may do what is changed by signed-in people, not by API keys.")
            raise ProblemError(403, "person_required", text)
        return self.request.user
