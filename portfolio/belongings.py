"""What people hold in the platform and the products, as the page that removes a member lists it."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from docuai.bulk.models import RunDraft
from docuai.library.models import TemplateVersion
from platform_core.access.models import ApiKey
from platform_core.access.shares import KINDS
from platform_core.jobs.models import Job
from platform_core.organizations.belongings import Belonging, HandOver, register
from platform_core.organizations.models import Membership, TeamMembership
from platform_core.webhooks.models import WebhookEndpoint

MOST_NAMED = 50
GOING_ON = ("queued", "running", "paused", "parked")


def _jobs(member: Membership) -> Any:
    rows = Job.objects.for_organization(member.organization_id)
    return rows.filter(started_by_id=member.user_id, state__in=GOING_ON)


def _made(model: Any, member: Membership) -> Any:
    return model.objects.for_organization(member.organization_id).filter(created_by_id=member.user_id)


def _pass(model: Any) -> HandOver:
    return lambda member, heir: int(_made(model, member).update(created_by_id=heir))


def _living_keys(member: Membership) -> Any:
    return _made(ApiKey, member).filter(revoked_at=None)


def _shares(member: Membership) -> int:
    rows = (kind.people.objects.for_organization(member.organization_id) for kind in KINDS.values())
    return sum(shares.filter(membership_id=member.pk).count() for shares in rows)


def plug() -> None:
    """This will name all that people hold; called by ``wiring``."""
    register(
        Belonging(
            "jobs",
            _("Runs and jobs under way"),
            _("They go on. News of them go to the new owner."),
            lambda member: _jobs(member).count(),
            lambda member, heir: _jobs(member).update(started_by_id=heir),
        ),
        Belonging(
            "drafts",
            _("Drafts of runs"),
            _("They pass to the new owner."),
            lambda member: _made(RunDraft, member).count(),
            _pass(RunDraft),
        ),
        Belonging(
            "webhooks",
            _("Webhook endpoints"),
            _("They go on receiving. The new owner stands for them."),
            lambda member: _made(WebhookEndpoint, member).count(),
            _pass(WebhookEndpoint),
        ),
        Belonging(
            "keys",
            _("API keys in use"),
            _("They belong to the organization and go on working. Revoke those that only this person knows."),
            lambda member: _living_keys(member).count(),
            named=lambda member: [
                (key.name, reverse("key", args=[member.organization.slug, key.pk]))
                for key in _living_keys(member).order_by("name")[:MOST_NAMED]
            ],
        ),
        Belonging(
            "versions",
            _("Template versions"),
            _("They stay, with the person’s name as their author."),
            lambda member: _made(TemplateVersion, member).count(),
        ),
        Belonging("shares", _("Things shared with the person"), _("This access ends."), _shares),
        Belonging(
            "teams",
            _("Teams"),
            _("The person leaves them."),
            lambda member: (
                TeamMembership.objects.for_organization(member.organization_id).filter(membership=member).count()
            ),
        ),
    )
