"""What DocuAI shows in the shell: its menu, its live line on the launcher, what is worth five minutes."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from docuai.bulk.selectors import latest_run
from docuai.permissions import RUN_VIEW, TEMPLATE_VIEW
from platform_core.organizations.models import Membership
from platform_core.organizations.selectors.limits import Limit, declare_limit
from platform_core.shell.launcher import FiveMinutes, LauncherCard, NavItem, Product

ROWS_PER_MONTH = declare_limit(Limit("docuai.rows_per_month", gettext_lazy("Rows a month"), 2_000_000))
ROWS_PER_RUN = declare_limit(Limit("docuai.rows_per_run", gettext_lazy("Rows of one run"), 200_000, "each"))

TEMPLATE_PAGES = frozenset(["template", "template-new", "template-versions", "template-compare"])


def live_line(membership: Membership) -> LauncherCard | None:
    """This will say how the organization's last run stands; nothing before the first one."""
    found = latest_run(membership.organization_id)
    if found is None:
        return None
    run, made = found
    total = run.job.total
    line = _("Run %(number)s: %(done)s of %(total)s ready") % {"number": run.number, "done": made, "total": total}
    return LauncherCard(line=line, caption=str(run.job.get_state_display()), done_percent=100 * made / total)


PRODUCT = Product(
    key="docuai",
    name="DocuAI",
    icon="files",
    route="runs",
    nav=(
        NavItem(gettext_lazy("Runs"), "list", "runs", RUN_VIEW, "r", frozenset(["run", "run-start"])),
        NavItem(gettext_lazy("Templates"), "layout-template", "templates", TEMPLATE_VIEW, "t", TEMPLATE_PAGES),
    ),
    card=live_line,
    five_minutes=(
        FiveMinutes(
            gettext_lazy("Make 1,000 certificates"),
            gettext_lazy("One row, one document: none missing, none twice."),
            "runs",
            "docuai",
        ),
    ),
)
