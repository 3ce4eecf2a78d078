"""How the audit page says what webhooks write down."""

from django.utils.translation import pgettext_lazy

SENTENCES = {
    "webhook.created": pgettext_lazy("audit", "Made a webhook endpoint"),
    "webhook.changed": pgettext_lazy("audit", "Changed a webhook endpoint"),
    "webhook.enabled": pgettext_lazy("audit", "Switched a webhook endpoint on"),
    "webhook.disabled": pgettext_lazy("audit", "Switched a webhook endpoint off"),
    "webhook.deleted": pgettext_lazy("audit", "Deleted a webhook endpoint"),
    "webhook.tested": pgettext_lazy("audit", "Sent a test to a webhook endpoint"),
    "webhook.replayed": pgettext_lazy("audit", "Had webhook events sent again"),
    "webhook.secret_shown": pgettext_lazy("audit", "Looked at a webhook secret"),
    "webhook.secret_rotated": pgettext_lazy("audit", "Rotated a webhook secret"),
    "webhook.source_created": pgettext_lazy("audit", "Made a webhook source"),
    "webhook.source_opened": pgettext_lazy("audit", "Opened a webhook source"),
    "webhook.source_closed": pgettext_lazy("audit", "Closed a webhook source"),
    "webhook.source_deleted": pgettext_lazy("audit", "Deleted a webhook source"),
    "webhook.forged": pgettext_lazy("audit", "Sent an event with a wrong signature"),
}
FIELDS = {
    "url": pgettext_lazy("audit", "Address"),
    "event_types": pgettext_lazy("audit", "Event types"),
}
