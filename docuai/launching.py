"""What DocuAI shows in the shell: its menu, its live line on the launcher, what is worth five minutes."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from docuai.bulk.models import BulkRun, RunPersonShare, RunTeamShare
from docuai.bulk.selectors import latest_run
from docuai.library.models import DocumentTemplate, TemplatePersonShare, TemplateTeamShare
from docuai.permissions import RUN_MANAGE, RUN_START, RUN_VIEW, TEMPLATE_EDIT, TEMPLATE_VIEW
from platform_core.access.shares import Shareable
from platform_core.kits.web import numbers
from platform_core.organizations.models import Membership
from platform_core.shell.launcher import FiveMinutes, LauncherCard, NavItem, Product

WIZARD_PAGES = frozenset(["run-data", "run-columns", "run-options", "run-check"])
TEMPLATE_PAGES = frozenset(["template", "template-new", "template-versions", "template-compare"])

SHAREABLES = (
    Shareable(
        kind="template",
        label=gettext_lazy("Template"),
        model=DocumentTemplate,
        people=TemplatePersonShare,
        teams=TemplateTeamShare,
        read=frozenset([TEMPLATE_VIEW]),
        edit=frozenset([TEMPLATE_VIEW, TEMPLATE_EDIT]),
        path=lambda template: reverse("template", args=[template.organization.slug, template.slug]),
        icon="layout-template",
        living=Q(deleted_at=None),
    ),
    Shareable(
        kind="run",
        label=gettext_lazy("Run"),
        model=BulkRun,
        people=RunPersonShare,
        teams=RunTeamShare,
        read=frozenset([RUN_VIEW]),
        edit=frozenset([RUN_VIEW, RUN_MANAGE]),
        path=lambda run: reverse("run", args=[run.organization.slug, run.number]),
        icon="list",
        living=Q(deleted_at=None),
    ),
)
SENTENCES = {
    "docuai.draft.create": pgettext_lazy("audit", "Began a run"),
    "docuai.draft.delete": pgettext_lazy("audit", "Threw a draft of a run away"),
    "docuai.row.correct": pgettext_lazy("audit", "Corrected a document"),
    "docuai.run.start": pgettext_lazy("audit", "Launched a run"),
    "docuai.run.delete": pgettext_lazy("audit", "Deleted a run"),
    "docuai.run.undelete": pgettext_lazy("audit", "Brought a deleted run back"),
    "docuai.run.keep": pgettext_lazy("audit", "Changed how long documents are kept"),
    "docuai.run.purge": pgettext_lazy("audit", "Removed the documents of a run for good"),
    "docuai.run.verify": pgettext_lazy("audit", "Had a run verified"),
    "docuai.run.retry": pgettext_lazy("audit", "Had failed rows of a run tried again"),
    "docuai.run.merge": pgettext_lazy("audit", "Had one PDF made of a run"),
    "docuai.run.mail": pgettext_lazy("audit", "Mailed the documents of a run"),
    "docuai.run.archive": pgettext_lazy("audit", "Downloaded the documents of a run"),
    "docuai.run.manifest": pgettext_lazy("audit", "Downloaded the manifest of a run"),
    "docuai.run.merged": pgettext_lazy("audit", "Downloaded one PDF of a run"),
    "docuai.run.failed_rows": pgettext_lazy("audit", "Downloaded the failed rows of a run"),
    "docuai.rows.view": pgettext_lazy("audit", "Looked at the rows of a run"),
    "docuai.row.view": pgettext_lazy("audit", "Looked at a row of a run"),
    "docuai.document.download": pgettext_lazy("audit", "Opened or downloaded a document"),
    "docuai.template.create": pgettext_lazy("audit", "Made a template"),
    "docuai.template.version": pgettext_lazy("audit", "Saved a template version"),
    "docuai.template.sample": pgettext_lazy("audit", "Changed a template’s sample data"),
    "docuai.template.sample_add": pgettext_lazy("audit", "Added a sample row to a template"),
    "docuai.template.sample_delete": pgettext_lazy("audit", "Deleted a sample row of a template"),
    "docuai.template.describe": pgettext_lazy("audit", "Changed a template’s name or tags"),
    "docuai.template.publish": pgettext_lazy("audit", "Published a template version"),
    "docuai.template.deprecate": pgettext_lazy("audit", "Took a template version out of use"),
    "docuai.template.delete": pgettext_lazy("audit", "Deleted a template"),
    "docuai.template.undelete": pgettext_lazy("audit", "Brought a deleted template back"),
    "docuai.template.purge": pgettext_lazy("audit", "Removed a template for good"),
}
FIELDS = {
    "description": pgettext_lazy("audit", "Description"),
    "tags": pgettext_lazy("audit", "Tags"),
    "expires_at": pgettext_lazy("audit", "Kept until"),
}


def live_line(membership: Membership) -> LauncherCard | None:
    """This will say how the organization's last run stands; nothing before the first one."""
    found = latest_run(membership.organization_id)
    if found is None:
        return None
    run, made = found
    total = run.job.total
    facts = {"number": run.number, "done": numbers.write(made), "total": numbers.write(total)}
    line = _("Run %(number)s: %(done)s of %(total)s ready") % facts
    return LauncherCard(line=line, caption=str(run.job.get_state_display()), done_percent=100 * made / (total or 1))


PRODUCT = Product(
    key="docuai",
    name="DocuAI",
    icon="files",
    route="run-new",
    nav=(
        NavItem(gettext_lazy("Start"), "play", "run-new", RUN_START, "n", WIZARD_PAGES),
        NavItem(
            gettext_lazy("Runs"),
            "list",
            "runs",
            RUN_VIEW,
            "r",
            frozenset(["run", "run-row", "run-row-correct", "run-mail"]),
        ),
        NavItem(gettext_lazy("Templates"), "layout-template", "templates", TEMPLATE_VIEW, "t", TEMPLATE_PAGES),
    ),
    card=live_line,
    five_minutes=(
        FiveMinutes(
            gettext_lazy("Make 1,000 certificates"),
            gettext_lazy("One row, one document: none missing, none twice."),
            "run-new",
            "docuai",
            "?template=certificate&sample=people.csv",
        ),
    ),
)
