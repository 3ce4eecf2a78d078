"""How the audit page says what was done with test data."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

SENTENCES = {
    "test_data.wipe": pgettext_lazy("audit", "Had all test data deleted"),
    "test_data.wiped": pgettext_lazy("audit", "Deleted all test data"),
    "test_inbox.list": pgettext_lazy("audit", "Looked at the test inbox"),
    "test_inbox.read": pgettext_lazy("audit", "Read a test mail"),
    "test_inbox.download": pgettext_lazy("audit", "Downloaded an attachment of a test mail"),
}
FIELDS = {
    "test_runs": _("Test runs"),
    "test_mails": _("Test mails"),
    "test_jobs": _("Test jobs"),
    "test_files": _("Test files"),
}
