"""What an actor holds, read under the organization's lock: a demotion that commits first is seen."""

from uuid import UUID

from django.utils.translation import gettext as _

from platform_core.accounts.models import User
from platform_core.organizations.errors import NotAllowedError
from platform_core.organizations.models import Membership, Organization


def lock(organization_id: UUID) -> Organization:
    """This will make changes of who may do what go one after the other, for one organization."""
    return Organization.objects.select_for_update(no_key=True).get(pk=organization_id)


def standing_of(actor: User, organization_id: UUID) -> Membership:
    """This will read the actor's membership now; raises NotAllowedError for who is none. Call it under the lock."""
    rows = Membership.objects.for_organization(organization_id).select_related("user", "custom_role")
    found = rows.filter(user=actor).first()
    if found is None:
        raise NotAllowedError(_("You are no longer a member of this organization."))
    return found
