"""What an organization may have made: rows a month, rows of one run. Runs of test keys are not counted: they are small."""

from django.utils.translation import gettext_lazy as _

from platform_core.organizations.selectors.limits import Limit, declare_limit

ROWS_A_MONTH = declare_limit(Limit("docuai.rows_per_month", _("Rows a month"), 2_000_000))
ROWS_A_RUN = declare_limit(Limit("docuai.rows_per_run", _("Rows of one run"), 200_000, "each"))
TEST_ROWS, TEST_ROWS_KEPT = 100, 5_000  # of one test run; of all that have not been wiped
