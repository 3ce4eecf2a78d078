"""What a new organization is asked to do, over all slices and products, in the order of its first morning."""

from django.utils.translation import gettext_lazy as _

from docuai.bulk.models import BulkRun
from platform_core.access.models import ApiKey
from platform_core.organizations.models import Invitation, Membership, Organization, OrganizationBrand
from platform_core.shell.setting_up import SetupStep, register_setup_step


def plug() -> None:
    """This will put the steps on the checklist."""
    steps = (
        (_("Invite a colleague"), _("One by one, or a whole list."), "user-plus", "member-invite", _is_not_alone),
        (_("Add your brand"), _("Logo and color for mails and documents."), "image", "organization-brand", _has_brand),
        (
            _("Require a second factor"),
            _("Nobody enters with a password alone."),
            "shield-check",
            "organization-sign-in",
            _has_policy,
        ),
        (_("Make the first documents"), _("A table in, documents out."), "play", "run-new", _has_run),
        (_("Make an API key"), _("For programs that start runs."), "key-round", "keys", _has_key),
    )
    for title, text, icon, route, is_done in steps:
        register_setup_step(SetupStep(title, text, icon, route, is_done))


def _is_not_alone(organization: Organization) -> bool:
    others = Membership.objects.for_organization(organization)[1:2]
    return others.exists() or Invitation.objects.for_organization(organization).exists()


def _has_brand(organization: Organization) -> bool:
    return OrganizationBrand.objects.for_organization(organization).exists()


def _has_policy(organization: Organization) -> bool:
    return organization.factor_required_from is not None


def _has_run(organization: Organization) -> bool:
    return BulkRun.objects.for_organization(organization).filter(is_test=False).exists()


def _has_key(organization: Organization) -> bool:
    return ApiKey.objects.for_organization(organization).exists()
