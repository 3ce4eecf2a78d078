"""The platform's own kinds: work that waits, members, keys, webhooks."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from platform_core.access.models import ApiKey
from platform_core.events.models import OutboxEvent
from platform_core.jobs.models import Job
from platform_core.notifications.registry import INBOX, MAIL, Kind, News, Text, Told
from platform_core.notifications.selectors import holders
from platform_core.organizations.models import Membership, OwnerRecovery, Role
from platform_core.organizations.selectors.limits import DEFAULTS
from platform_core.permissions import KEY_MANAGE, MEMBER_MANAGE, ORGANIZATION_MANAGE, WEBHOOK_MANAGE

ID = "0199c2e4-6f1a-7c35-9d1e-3f2b8a4c5d6e"
SECURITY = frozenset([INBOX])


def find_parked(event: OutboxEvent) -> News | None:
    """This will tell whoever began the job."""
    job = Job.objects.for_organization(event.organization_id).filter(pk=event.payload["job_id"]).first()
    if job is None or job.started_by_id is None:
        return None
    return News([job.started_by_id], {"job_id": str(job.pk), "title": job.title})


def say_parked(told: Told) -> Text:
    title = _("“%(title)s” needs attention") % told.facts
    body = _("It waits in %(name)s and cannot go on by itself.") % {"name": told.organization}
    return Text(title, body, reverse("job", kwargs={"slug": told.slug, "job_id": told.facts["job_id"]}))


def say_paused(told: Told) -> Text:
    title = _("“%(title)s” is paused: there is no room") % told.facts
    body = _("The platform is short of storage. It goes on by itself as soon as there is room.")
    return Text(title, body, reverse("job", kwargs={"slug": told.slug, "job_id": told.facts["job_id"]}))


def find_limit(event: OutboxEvent) -> News:
    """This will tell those who set up the organization, once a month for a limit and a mark."""
    name, percent = event.payload["name"], event.payload["percent"]
    people = holders(event.organization_id, ORGANIZATION_MANAGE)
    month = f"{event.at:%Y-%m}"
    return News(people, {"name": name, "percent": percent}, key=f"{name}:{percent}:{month}")


def say_limit(told: Told) -> Text:
    limit = DEFAULTS.get(told.facts["name"])
    facts = {"organization": told.organization, "limit": limit.label if limit else told.facts["name"]}
    path = reverse("organization-settings", kwargs={"slug": told.slug})
    if told.facts["percent"] == 100:
        title = _("%(organization)s has used up: %(limit)s") % facts
        return Text(title, _("Nothing more fits this limit. Free some of it, or ask an owner for more."), path)
    title = _("%(organization)s has used 80 %% of: %(limit)s") % facts
    return Text(title, _("What would pass the limit will be refused. Free some of it, or ask an owner for more."), path)


def find_recovery(event: OutboxEvent) -> News:
    """This will tell whoever could stop it, at each step."""
    people = holders(event.organization_id, MEMBER_MANAGE)
    state, id = event.payload["state"], event.payload["recovery_id"]
    row = OwnerRecovery.objects.for_organization(event.organization_id).filter(pk=id).first()
    return News(people, {"state": state}, about=row.requested_by_id if row else None, key=f"{id}:{state}")


def say_recovery(told: Told) -> Text:
    names = {"person": told.about, "name": told.organization}
    title = {
        "asked": _("%(person)s asks to become owner of %(name)s"),
        "waiting": _("In seven days %(person)s becomes owner of %(name)s"),
        "done": _("%(person)s is now an owner of %(name)s"),
    }.get(told.facts["state"], _("The recovery of %(name)s was stopped"))
    body = _("No owner could be reached. Any owner or admin can stop a recovery while it is open.")
    return Text(title % names, body, reverse("organization-recovery", kwargs={"slug": told.slug}))


def find_joined(event: OutboxEvent) -> News:
    """This will tell those who look after members; the same of somebody who leaves."""
    user_id = event.payload["user_id"]
    people = [one for one in holders(event.organization_id, MEMBER_MANAGE) if str(one) != user_id]
    return News(people, about=user_id)


def say_joined(told: Told) -> Text:
    names = {"person": told.about, "name": told.organization}
    body = _("The invitation was accepted; the new member can work now.")
    return Text(_("%(person)s joined %(name)s") % names, body, _members(told))


def say_left(told: Told) -> Text:
    names = {"person": told.about, "name": told.organization}
    return Text(_("%(person)s left %(name)s") % names, _("What they started stays and goes on."), _members(told))


def find_role(event: OutboxEvent) -> News | None:
    """This will tell the member what they are now."""
    members = Membership.objects.for_organization(event.organization_id).select_related("custom_role")
    member = members.filter(pk=event.payload["membership_id"]).first()
    if member is None:
        return None
    role = member.custom_role.name if member.custom_role else member.role
    return News([member.user_id], {"role": role})


def say_role(told: Told) -> Text:
    role = dict(Role.choices).get(told.facts["role"], told.facts["role"])
    title = _("Your role in %(name)s is now %(role)s") % {"name": told.organization, "role": role}
    return Text(title, _("What you may do there has changed from this moment on."), reverse("home"))


def find_removed(event: OutboxEvent) -> News:
    """This will tell the person."""
    return News([event.payload["user_id"]])


def say_removed(told: Told) -> Text:
    title = _("You are no longer a member of %(name)s") % {"name": told.organization}
    return Text(title, _("Ask an owner of the organization if this is a mistake."))


def find_key(event: OutboxEvent) -> News | None:
    """This will tell those who manage keys."""
    key = ApiKey.objects.for_organization(event.organization_id).filter(pk=event.payload["key_id"]).first()
    return News(holders(event.organization_id, KEY_MANAGE), {"key": key.name}) if key else None


def say_key_made(told: Told) -> Text:
    title = _("The API key “%(key)s” was made in %(organization)s") % _facts(told)
    return Text(title, _("Revoke it at once if nobody of you did that."), _keys(told))


def say_key_revoked(told: Told) -> Text:
    title = _("The API key “%(key)s” of %(organization)s was revoked") % _facts(told)
    return Text(title, _("Programs that use it are refused from now on."), _keys(told))


def find_unusual(event: OutboxEvent) -> News | None:
    """This will tell those who manage keys, with what was seen."""
    found = find_key(event)
    return News(found.people, {**found.facts, **event.payload}) if found else None


def say_unusual(told: Told) -> Text:
    title = _("The API key “%(key)s” of %(organization)s is used as never before") % _facts(told)
    if told.facts["reason"] == "rate":
        body = _("%(calls)s calls in an hour; usual are %(usual)s. Revoke it if you cannot explain that.") % told.facts
    else:
        body = _("It was used from a network that it never called from. Revoke it if you cannot explain that.")
    return Text(title, body, reverse("key", kwargs={"slug": told.slug, "key_id": told.facts["key_id"]}))


def find_webhook(event: OutboxEvent) -> News:
    """This will tell those who manage webhooks."""
    people = holders(event.organization_id, WEBHOOK_MANAGE)
    return News(people, {"endpoint_id": event.payload["endpoint_id"]})


def say_webhook(told: Told) -> Text:
    title = _("A webhook of %(name)s was switched off") % {"name": told.organization}
    body = _("Its address failed for too long. Mend it, switch it on, then replay what it missed.")
    return Text(title, body, reverse("webhooks", kwargs={"slug": told.slug}))


def _facts(told: Told) -> dict[str, Any]:
    return {"organization": told.organization, **told.facts}


def _members(told: Told) -> str:
    return reverse("members", kwargs={"slug": told.slug})


def _keys(told: Told) -> str:
    return reverse("keys", kwargs={"slug": told.slug})


KINDS = (
    Kind(
        "platform_core.job.parked",
        gettext_lazy("A job of yours needs attention"),
        "triangle-alert",
        ("job.parked",),
        find_parked,
        say_parked,
        {"job_id": ID, "title": "Certificates 2026"},
    ),
    Kind(
        "platform_core.job.paused",
        gettext_lazy("A job of yours is paused without room"),
        "pause",
        ("job.paused",),
        find_parked,
        say_paused,
        {"job_id": ID, "title": "Certificates 2026"},
    ),
    Kind(
        "platform_core.limit.near",
        gettext_lazy("A limit of the plan is nearly used up"),
        "gauge",
        ("limit.near",),
        find_limit,
        say_limit,
        {"name": "members", "percent": 80},
    ),
    Kind(
        "platform_core.member.joined",
        gettext_lazy("A member joined"),
        "user-plus",
        ("member.joined",),
        find_joined,
        say_joined,
        {},
    ),
    Kind(
        "platform_core.member.left",
        gettext_lazy("A member left"),
        "log-out",
        ("member.leave",),
        find_joined,
        say_left,
        {},
    ),
    Kind(
        "platform_core.member.role",
        gettext_lazy("Your role was changed"),
        "shield-check",
        ("member.role",),
        find_role,
        say_role,
        {"role": "editor"},
        mandatory=SECURITY,
    ),
    Kind(
        "platform_core.member.removed",
        gettext_lazy("You were removed from an organization"),
        "user-x",
        ("member.remove",),
        find_removed,
        say_removed,
        {},
        mandatory=frozenset([INBOX, MAIL]),
        for_leavers=True,
    ),
    Kind(
        "platform_core.organization.recovery",
        gettext_lazy("Somebody is to become owner in a recovery"),
        "life-buoy",
        ("organization.recovery",),
        find_recovery,
        say_recovery,
        {"state": "waiting"},
        mandatory=frozenset([INBOX, MAIL]),
        mails_itself=True,
    ),
    Kind(
        "platform_core.key.created",
        gettext_lazy("An API key was made"),
        "key-round",
        ("key.created",),
        find_key,
        say_key_made,
        {"key": "Payroll"},
        mandatory=SECURITY,
    ),
    Kind(
        "platform_core.key.revoked",
        gettext_lazy("An API key was revoked"),
        "key-round",
        ("key.revoked",),
        find_key,
        say_key_revoked,
        {"key": "Payroll"},
        mandatory=SECURITY,
    ),
    Kind(
        "platform_core.key.unusual",
        gettext_lazy("An API key is used as never before"),
        "shield-alert",
        ("key.unusual",),
        find_unusual,
        say_unusual,
        {"key": "Payroll", "key_id": ID, "reason": "rate", "calls": 4100, "usual": 80},
        mandatory=frozenset([INBOX, MAIL]),
    ),
    Kind(
        "platform_core.webhook.disabled",
        gettext_lazy("A webhook was switched off"),
        "webhook",
        ("webhook.disabled",),
        find_webhook,
        say_webhook,
        {"endpoint_id": ID},
    ),
)
