"""The clock of text messages: what waits is woken, old words go."""

from datetime import timedelta

from celery import shared_task
from django.db.models import Q
from django.db.models.functions import Now

from platform_core.kits.tenancy.scope import service
from platform_core.kits.tenancy.tasks import PlatformTask
from platform_core.kits.work.queue import publish
from platform_core.sms import tasks
from platform_core.sms.models import OutgoingSms
from platform_core.sms.selectors import is_offered

WAKE_SECONDS, FORGET_SECONDS = 5.0, 86400.0
KEPT = timedelta(days=90)


@shared_task(base=PlatformTask, queue="fast")
def wake_sms() -> bool:
    """This will publish a message where a text message is due or its worker was lost; True when it did."""
    if not is_offered():
        return False
    due = Q(state="queued") & (Q(due_at=None) | Q(due_at__lte=Now()))
    with service("look for due text messages of all organizations"):
        found = OutgoingSms.objects.filter(due | Q(state="running", lease_until__lt=Now())).exists()
    return found and publish(tasks.send_sms)


@shared_task(base=PlatformTask, queue="slow")
def forget_sms() -> int:
    """This will empty messages that ended and are older than 90 days; returns how many."""
    with service("text messages keep number and words 90 days"):
        old = OutgoingSms.objects.filter(created_at__lt=Now() - KEPT).exclude(to_number="")
        return int(old.exclude(state__in=["queued", "running"]).update(to_number="", text="", error=""))
