"""What staff do to the platform and in its organizations: pauses, dated notices, acting as a member; and its own checks."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from platform_core.kits.personal_data import NoPersonalData, PersonalData
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.tenancy.models import OrganizationOwned


class Pause(models.Model):
    """Work that staff hold back: a queue, all that goes to a provider, or all work of one organization."""

    class Scope(models.TextChoices):
        QUEUE = "queue", pgettext_lazy("pause", "Queue")
        PROVIDER = "provider", pgettext_lazy("pause", "Provider")
        ORGANIZATION = "organization", pgettext_lazy("pause", "Organization")

    tenancy_exempt = "set by staff for the platform; read by every worker before it claims"
    personal_data = NoPersonalData("why work is held back; who of staff did it stands in the audit log too")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scope = models.CharField(_("scope"), max_length=12, choices=Scope)
    name = models.CharField(_("queue or provider"), max_length=40, blank=True)
    organization = models.ForeignKey(
        "platform_core.Organization", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reason_en = models.CharField(_("reason in English"), max_length=300)
    reason_es = models.CharField(_("reason in Spanish"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(scope="organization", organization__isnull=False, name="")
                | (~Q(scope="organization") & Q(organization__isnull=True) & ~Q(name="")),
                name="pause_names_its_scope",
            ),
        ]
        indexes = [models.Index(fields=["scope"], name="pause_open", condition=Q(lifted_at=None))]

    def __str__(self) -> str:
        return f"{self.scope}: {self.organization_id or self.name}"


class Notice(models.Model):
    """A dated banner: what staff tell everybody, or the members of one organization. An incident stands on ``/status`` too."""

    class Level(models.TextChoices):
        INFO = "info", pgettext_lazy("notice", "Information")
        WARN = "warn", pgettext_lazy("notice", "Warning")
        INCIDENT = "incident", pgettext_lazy("notice", "Incident")

    tenancy_exempt = "written by staff, mostly for everybody"
    personal_data = NoPersonalData("words of the platform")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    level = models.CharField(_("level"), max_length=8, choices=Level, default=Level.INFO)
    text_en = models.CharField(_("text in English"), max_length=400)
    text_es = models.CharField(_("text in Spanish"), max_length=400)
    organization = models.ForeignKey(
        "platform_core.Organization", models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=models.F("starts_at")), name="notice_has_a_time")]
        indexes = [models.Index(fields=["ends_at"], name="notice_end")]

    def __str__(self) -> str:
        return self.text_en


class NoticeDismissal(models.Model):
    """A person has read a notice and put it away."""

    tenancy_exempt = "a person's own, over all organizations"
    personal_data = PersonalData(
        subject="person",
        purpose="not showing a notice again",
        retention="as long as the notice",
        export=("dismissed_at",),
        erasure="delete",
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    dismissed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "person"], name="notice_dismissed_once")]


class SupportAccess(OrganizationOwned):
    """Whether staff may act as members of the organization; without a row they may."""

    personal_data = NoPersonalData("a yes or no of an organization")

    allowed = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization"], name="support_access_once")]


class Impersonation(OrganizationOwned):
    """A member of staff as a member of an organization, for a stated reason and half an hour at most."""

    class End(models.TextChoices):
        STAFF = "staff", pgettext_lazy("impersonation", "Ended by staff")
        SIGNED_OUT = "signed_out", pgettext_lazy("impersonation", "Signed out")
        REVOKED = "revoked", pgettext_lazy("impersonation", "Ended by the organization")
        LEFT = "left", pgettext_lazy("impersonation", "The member or the staff account is gone")

    personal_data = PersonalData(
        subject="person",
        purpose="showing an organization who of the platform's staff acted as whom, and why",
        retention="as long as the organization keeps its log",
        export=("reason", "started_at", "ended_at"),
        erasure="keep",
        basis="legitimate interest; by reference, so the name goes with the account",
    )

    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=300)
    acts = models.BooleanField(default=False)
    started_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=10, choices=End, blank=True)

    def __str__(self) -> str:
        return self.reason


class StatusSample(models.Model):
    """One minute of one of our own checks."""

    class State(models.TextChoices):
        OK = "ok", pgettext_lazy("status", "Working")
        SLOW = "slow", pgettext_lazy("status", "Slow")
        DOWN = "down", pgettext_lazy("status", "Not working")

    tenancy_exempt = "about the platform"
    personal_data = NoPersonalData("the state of a part of the platform")

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    part = models.CharField(max_length=20)
    state = models.CharField(max_length=4, choices=State)

    class Meta:
        indexes = [models.Index(fields=["at"], name="status_sample_at")]


class StatusDay(models.Model):
    """One day of one check: how many of its minutes were how. Samples of days that are over are thinned to this."""

    tenancy_exempt = "about the platform"
    personal_data = NoPersonalData("counts of minutes")

    id = models.BigAutoField(primary_key=True)
    day = models.DateField()
    part = models.CharField(max_length=20)
    ok = models.PositiveIntegerField(default=0)
    slow = models.PositiveIntegerField(default=0)
    down = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "part"], name="status_day_once")]


class StaffEvent(models.Model):
    """What staff did to the platform as a whole, or to every organization at once. Append-only, as the audit log is.

    What is about one organization stands in that organization's sealed log instead.
    """

    tenancy_exempt = "about the platform"
    personal_data = PersonalData(
        subject="staff",
        purpose="showing who of the platform's staff did what",
        retention="with the platform",
        export=("at", "action", "label"),
        erasure="keep",
        basis="legitimate interest; by reference, so the name goes with the account",
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField(auto_now_add=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, related_name="+", db_constraint=False
    )
    action = models.CharField(max_length=80)
    label = models.CharField(max_length=300, blank=True)
    changes = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    ip = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="staff_event_newest")]

    def __str__(self) -> str:
        return self.action


class Alarm(models.Model):
    """Something of the platform's that staff must hear of: told once when it begins, cleared when it is over."""

    tenancy_exempt = "about the platform"
    personal_data = NoPersonalData("figures of the platform")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=40)
    raised_at = models.DateTimeField(auto_now_add=True)
    seconds = models.PositiveIntegerField(default=0)  # the worst that was seen
    told = models.PositiveIntegerField(default=0)  # how many of staff have been mailed
    cleared_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], name="alarm_open_once", condition=Q(cleared_at=None)),
        ]
        indexes = [models.Index(fields=["-raised_at"], name="alarm_newest")]

    def __str__(self) -> str:
        return self.name
