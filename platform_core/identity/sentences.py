"""How the audit page says what identity writes down."""

from django.utils.translation import gettext_lazy, pgettext_lazy

SENTENCES = {"organization.second_factor": pgettext_lazy("audit", "Changed whether a second factor is required")}
FIELDS = {"factor_required_from": gettext_lazy("Second factor required from")}
