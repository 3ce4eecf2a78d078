"""The clock of mail: what waits is woken, so no lost message and no dead worker can keep a mail back; old words go."""

from celery import shared_task
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from platform_core.kits.tenancy.scope import service
from platform_core.kits.tenancy.tasks import PlatformTask
from platform_core.kits.work.queue import publish
from platform_core.mail import forgetting, journal, tasks
from platform_core.mail.models import OutgoingMail

WAKE_SECONDS, FORGET_SECONDS = 5.0, 3600.0


@shared_task(base=PlatformTask, queue="fast")
def wake_mails() -> bool:
    """This will publish a message where mail is due or its worker was lost; True when it did."""
    if journal.held():
        return False
    due = Q(state="queued") & (Q(due_at=None) | Q(due_at__lte=Now()))
    with service("look for due mail of all organizations"):
        found = OutgoingMail.objects.filter(due | Q(state="running", lease_until__lt=Now())).exists()
    return found and publish(tasks.send_mails)


@shared_task(base=PlatformTask, queue="slow")
def forget_mails() -> int:
    """This will empty mails after 90 days and delete the journal's old files; returns how many mails."""
    now = timezone.now()
    forgetting.forget_journal(now=now)
    with service("mails are kept 90 days"):
        return forgetting.forget_words(now=now)
