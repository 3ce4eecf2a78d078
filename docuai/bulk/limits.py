"""What an organization may have made: rows a month, rows of one run."""

from django.utils.translation import gettext_lazy as _

from platform_core.organizations.selectors.limits import Limit, declare_limit

ROWS_A_MONTH = declare_limit(Limit("docuai.rows_per_month", _("Rows a month"), 2_000_000))
ROWS_A_RUN = declare_limit(Limit("docuai.rows_per_run", _("Rows of one run"), 200_000, "each"))
