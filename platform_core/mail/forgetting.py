"""What is left of a mail after 90 days: that it was sent, when and to which document, but no words and no address.

The row stays: its key is why a person is not mailed the same document twice, however late somebody presses Send.
"""

from datetime import datetime, timedelta

from platform_core.mail import journal
from platform_core.mail.models import OutgoingMail

KEPT = timedelta(days=90)
AT_ONCE = 2000
ENDED = ("sent", "failed", "suppressed", "unknown", "canceled")
EMPTY = {
    "to_address": "",
    "from_name": "",
    "subject": "",
    "text_body": "",
    "html_body": "",
    "attachments": [],
    "error": "",
}


def forget_words(*, now: datetime) -> int:
    """This will empty mails that ended and are older than KEPT, over all organizations of the scope; returns how many."""
    old = OutgoingMail.objects.filter(created_at__lt=now - KEPT, state__in=ENDED).exclude(to_address="")
    emptied = 0
    while ids := list(old.order_by("id").values_list("id", flat=True)[:AT_ONCE]):
        emptied += OutgoingMail.objects.filter(id__in=ids).update(**EMPTY)
    return emptied


def forget_journal(*, now: datetime) -> int:
    """This will delete this machine's files of the journal that are older than KEPT; returns how many."""
    first = f"mail-{now - KEPT:%Y%m%d}.jsonl"
    old = [file for file in journal.folder().glob("mail-*.jsonl") if file.name < first]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
