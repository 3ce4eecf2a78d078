"""What owners and admins are mailed about a recovery: each their own link, which stops it without signing in."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from platform_core.mail.services import queue_mail
from platform_core.organizations.models import OwnerRecovery
from platform_core.organizations.selectors.branding import look_of
from platform_core.organizations.selectors.recovery import guardians_of, link_token


def tell(recovery: OwnerRecovery, stage: str) -> int:
    """This will queue one mail to each who manages members, closed accounts of owners too; returns how many."""
    organization, people = recovery.organization, guardians_of(recovery.organization)
    look = look_of(organization)
    for member in people:
        with translation.override(member.user.language or organization.default_language):
            subject = _subject(stage) % {"name": organization.name}
            url = reverse("recovery-link", args=[link_token(recovery, member.user)])
            context = {
                "recovery": recovery,
                "stage": stage,
                "organization": organization,
                "brand": look,
                "person": member.user,
                "url": settings.BASE_URL + url,
                "subject": subject,
            }
            queue_mail(
                organization_id=organization.pk,
                to=member.user.email,
                subject=subject,
                text=render_to_string("emails/organizations/recovery.txt", context),
                html=render_to_string("emails/organizations/recovery.html", context),
                kind="recovery",
                idempotency_key=f"recovery:{recovery.pk}:{stage}:{member.user_id}",
                from_name=look.name,
            )
    return len(people)


def _subject(stage: str) -> str:
    return {
        "asked": _("Somebody asks to become owner of %(name)s"),
        "waiting": _("In seven days %(name)s gets a new owner"),
        "last_day": _("Tomorrow %(name)s gets a new owner"),
        "done": _("%(name)s has a new owner"),
        "stopped": _("The recovery of %(name)s was stopped"),
    }[stage]
