"""How the audit page says what was done with text messages."""

from django.utils.translation import pgettext_lazy

SENTENCES = {
    "sms.send_again": pgettext_lazy("audit", "Sent a text message again, as platform staff"),
}
