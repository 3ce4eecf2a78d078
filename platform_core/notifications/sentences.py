"""How the audit page says what was done with notifications."""

from django.utils.translation import pgettext_lazy

SENTENCES = {
    "notification.log.view": pgettext_lazy("audit", "Looked at the delivery log of notifications"),
}
