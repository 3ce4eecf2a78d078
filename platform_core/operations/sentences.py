"""What staff did, in words."""

from django.utils.translation import pgettext_lazy

SENTENCES = {
    "staff.impersonation_start": pgettext_lazy("audit", "Began to act as a member, as platform staff"),
    "staff.impersonation_end": pgettext_lazy("audit", "Ended acting as a member"),
    "staff.impersonation_refused": pgettext_lazy("audit", "Was refused while acting as a member"),
    "organization.support_access": pgettext_lazy("audit", "Changed whether platform staff may act as members"),
    "platform.pause": pgettext_lazy("audit", "Paused the organization’s work, as platform staff"),
    "platform.resume": pgettext_lazy("audit", "Let the organization’s work go on, as platform staff"),
    "platform.notice": pgettext_lazy("audit", "Published a notice to the organization"),
    "platform.notice_end": pgettext_lazy("audit", "Ended a notice to the organization"),
    "audit.stream": pgettext_lazy("audit", "Changed where the audit log is streamed to"),
    "audit.view": pgettext_lazy("audit", "Looked at the audit log"),
}
FIELDS = {
    "minutes": pgettext_lazy("audit", "Minutes"),
    "acts": pgettext_lazy("audit", "May change things"),
    "end": pgettext_lazy("audit", "How it ended"),
    "path": pgettext_lazy("audit", "Page"),
    "support_access": pgettext_lazy("audit", "Platform staff may act as members"),
    "paused": pgettext_lazy("audit", "Paused"),
    "text": pgettext_lazy("audit", "Text"),
    "url": pgettext_lazy("audit", "Address"),
    "is_on": pgettext_lazy("audit", "Switched on"),
}
