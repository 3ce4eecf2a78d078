"""What people are told: the inbox, what goes out beside it, and how each person wants it."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from platform_core.kits.personal_data import PersonalData
from platform_core.kits.tenancy.constraints import TenantPolicy
from platform_core.kits.tenancy.fields import TenantForeignKey
from platform_core.kits.tenancy.models import OrganizationOwned
from platform_core.mail.models import OutgoingMail
from platform_core.sms.models import OutgoingSms

INBOX, MAIL, SMS = "inbox", "mail", "sms"
CHANNELS = (INBOX, MAIL, SMS)


class Notification(OrganizationOwned):
    """One thing told to one person. Texts are made when it is read, in the reader's language. Kept 180 days."""

    personal_data = PersonalData(
        subject="user",
        purpose="telling a member what happened",
        retention="180 days",
        export=("kind", "facts", "created_at", "read_at"),
        erasure="delete",
    )

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    about = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)
    dedup_key = models.CharField(max_length=120)
    in_inbox = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            TenantPolicy(readable_by="user"),
            models.UniqueConstraint(fields=["organization", "user", "kind", "dedup_key"], name="notification_once"),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_newest", condition=models.Q(in_inbox=True)),
            models.Index(
                fields=["user"], name="notification_unread", condition=models.Q(in_inbox=True, read_at__isnull=True)
            ),
        ]


class NotificationDelivery(OrganizationOwned):
    """A notification on its way out of the inbox. What became of it then stands in its mail or SMS."""

    class Channel(models.TextChoices):
        MAIL = "mail", _("E-mail")
        SMS = "sms", _("SMS")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("notification", "Waiting")
        HANDED = "handed", pgettext_lazy("notification", "Handed over")
        LEFT_OUT = "left_out", pgettext_lazy("notification", "Left out")

    class Held(models.TextChoices):
        QUIET = "quiet", pgettext_lazy("notification", "Quiet hours")
        DIGEST = "digest", pgettext_lazy("notification", "Digest")

    class Reason(models.TextChoices):
        SWITCHED_OFF = "switched_off", _("Switched off by the person")
        LEFT = "left", _("No longer a member")
        CLOSED = "closed", _("The account is closed")
        CAPPED = "capped", _("Capped: the month’s text messages are used up")
        NO_NUMBER = "no_number", _("No verified number any more")

    personal_data = PersonalData(
        subject="notification__user",
        purpose="telling a member what happened",
        retention="with the notification",
        export=("channel", "state", "due_at"),
        erasure="delete",
    )

    notification = TenantForeignKey(Notification, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.MAIL)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    held = models.CharField(max_length=10, choices=Held, blank=True, default="")
    due_at = models.DateTimeField()
    mail = TenantForeignKey(OutgoingMail, models.SET_NULL, null=True, blank=True, related_name="+")
    sms = TenantForeignKey(OutgoingSms, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=20, choices=Reason, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "notification", "channel"], name="delivery_once")
        ]
        indexes = [models.Index(fields=["due_at"], name="delivery_due", condition=models.Q(state="waiting"))]

    @property
    def out(self) -> OutgoingMail | OutgoingSms | None:
        """What it was handed over as; nothing while it waits or where it was left out."""
        return self.sms if self.channel == SMS else self.mail


class NotificationPreference(models.Model):
    """A person's word on one kind by one channel, where it differs from the kind's own."""

    tenancy_exempt = "belongs to a person"
    personal_data = PersonalData(
        subject="user",
        purpose="telling people only what they want to hear",
        retention="with the account",
        export=("kind", "channel", "is_on"),
        erasure="delete",
    )

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=80)
    channel = models.CharField(max_length=10)
    is_on = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind", "channel"], name="preference_once")]


class NotificationSchedule(models.Model):
    """When a person wants mail: quiet hours and digest, by their own clock. No row: at once, at any hour."""

    class Digest(models.TextChoices):
        OFF = "off", _("At once")
        DAILY = "daily", _("Once a day")
        WEEKLY = "weekly", _("Once a week, on Mondays")

    tenancy_exempt = "belongs to a person"
    personal_data = PersonalData(
        subject="user",
        purpose="not disturbing people",
        retention="with the account",
        export=("quiet_from", "quiet_until", "digest", "digest_hour"),
        erasure="delete",
    )

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    digest = models.CharField(max_length=10, choices=Digest, default=Digest.OFF)
    digest_hour = models.PositiveSmallIntegerField(default=8, validators=[MaxValueValidator(23)])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None)
                | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="schedule_both_or_none",
            ),
            models.CheckConstraint(condition=models.Q(digest_hour__lte=23), name="schedule_hour"),
        ]
