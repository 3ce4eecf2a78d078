"""Alarms for staff: told by mail once when they begin, once when they are over; open ones stand in the staff admin.

Each is a number of seconds that must not be passed. A mail server that is away leaves an alarm untold, and it is told with
the next look. Alarms are raised by the clock; without workers only ``/status`` and ``/metrics`` speak, which web makes.
"""

import logging
import smtplib
from collections.abc import Callable, Iterable

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from prometheus_client.core import GaugeMetricFamily, Metric

from platform_core.accounts.models import User
from platform_core.kits.tenancy.scope import service
from platform_core.operations import checks
from platform_core.operations.models import Alarm

SEALING = "audit.sealing"
LABELS = {SEALING: gettext_lazy("Sealing the audit log is late")}
logger = logging.getLogger(__name__)


def watched() -> dict[str, tuple[Callable[[], float], float]]:
    """This will name what is watched: how many seconds it is late, and how many are too many."""
    return {SEALING: (checks.sealing_seconds, checks.LIMITS["audit"][1])}


def watch() -> int:
    """This will raise what is late, clear what has recovered, and return how many alarms are open."""
    for name, (measure, limit) in watched().items():
        seconds = measure()
        with service("alarms of the platform"):
            if seconds >= limit:
                _raise(name, round(seconds))
            else:
                _clear(name)
    with service("alarms of the platform"):
        return Alarm.objects.filter(cleared_at=None).count()


def open_alarms() -> list[Alarm]:
    """This will list what is wrong now, in words."""
    return list(Alarm.objects.filter(cleared_at=None).order_by("raised_at"))


def metrics() -> Iterable[Metric]:
    """This will yield 1 for each open alarm, when scraped."""
    found = GaugeMetricFamily("portfolio_alarm_open", "Whether an alarm of the platform is open.", labels=["name"])
    with service("measure open alarms"):
        open_ones = set(Alarm.objects.filter(cleared_at=None).values_list("name", flat=True))
    for name in LABELS:
        found.add_metric([name], 1.0 if name in open_ones else 0.0)
    yield found


def _raise(name: str, seconds: int) -> None:
    try:
        with transaction.atomic():
            alarm, made = Alarm.objects.get_or_create(name=name, cleared_at=None, defaults={"seconds": seconds})
    except IntegrityError:  # another worker was first
        return
    if made:
        logger.error("alarm.raised", extra={"alarm": name, "seconds": seconds})
    elif seconds > alarm.seconds:
        Alarm.objects.filter(pk=alarm.pk).update(seconds=seconds)
    if not alarm.told:
        alarm.seconds = max(seconds, alarm.seconds)
        Alarm.objects.filter(pk=alarm.pk, told=0).update(told=_tell(alarm, "raised"))


def _clear(name: str) -> None:
    alarm = Alarm.objects.filter(name=name, cleared_at=None).first()
    if alarm is None or not Alarm.objects.filter(pk=alarm.pk, cleared_at=None).update(cleared_at=Now()):
        return
    logger.warning("alarm.cleared", extra={"alarm": name})
    if alarm.told:
        _tell(alarm, "cleared")


def _tell(alarm: Alarm, what: str) -> int:
    """One mail to each of staff, in their language, past the queue of mail: it belongs to no organization."""
    told = 0
    for user in User.objects.filter(is_staff=True, is_active=True).order_by("id"):
        with translation.override(user.language or settings.LANGUAGE_CODE):
            label = str(LABELS[alarm.name])
            subject = _("Alarm: %(what)s") if what == "raised" else _("Over: %(what)s")
            context = {"alarm": alarm, "what": what, "label": label, "minutes": alarm.seconds // 60}
            context["url"] = settings.BASE_URL + reverse("admin:platform_core_alarm_changelist")
            text = render_to_string("operations/email/alarm.txt", context)
        try:
            told += send_mail(subject % {"what": label}, text, None, [user.email])
        except (OSError, smtplib.SMTPException) as error:
            logger.warning("alarm.not_told", extra={"alarm": alarm.name, "error": type(error).__name__})
    return told
