"""The pages that are looked at: by axe, by the rules of layout, and by ``make pictures``.

Braces in an address stand for what ``places.py`` finds or makes: ``{org}``, ``{draft}``, ``{letters}`` …
"""

from dataclasses import dataclass

from tests.browser.visits import MARTA

NOBODY = ""
NORA = "nora@norte.example"
VIEWER = "tomas@andina.example"
DOCUAI = "/orgs/{org}/docuai"


@dataclass(frozen=True)
class PageOf:
    """A page of the demo: a name for its pictures, its address, who looks at it, and whether it stands for its archetype.

    ``opens`` is pressed first: a menu or a dialog that stands in the page is looked at open.
    """

    name: str
    path: str
    person: str = MARTA
    archetype: bool = False
    wait_for: str = "h1"
    status: int = 200
    opens: str = ""


PAGES = (
    # in front of the door
    PageOf("home", "/", NOBODY, archetype=True),
    PageOf("sign-in", "/accounts/login/", NOBODY),
    PageOf("sign-up", "/accounts/signup/", NOBODY),
    PageOf("password-reset", "/accounts/password/reset/", NOBODY),
    PageOf("password-reset-sent", "/accounts/password/reset/done/", NOBODY),
    PageOf("confirm-email", "/accounts/confirm-email/", NOBODY),
    PageOf("people", "/demo/", NOBODY),
    PageOf("check", "/check/", NOBODY),
    PageOf("check-unknown", "/check/?sha256=" + "0" * 64, NOBODY),
    PageOf("style-guide", "/_ui/", NOBODY, archetype=True),
    PageOf("not-found", "/nothing-here/", NOBODY, status=404),
    PageOf("invitation-ended", "/invitations/none/", NOBODY, status=404),
    PageOf("status", "/status", NOBODY),
    PageOf("accessibility", "/accessibility", NOBODY),
    # the shell
    PageOf("launcher", "/", archetype=True),
    PageOf("mail", "/mail"),
    PageOf("profile", "/me/"),
    PageOf("security", "/me/security/"),
    PageOf("email-addresses", "/accounts/email/"),
    PageOf("password-change", "/accounts/password/change/"),
    PageOf("sign-out", "/accounts/logout/"),
    PageOf("organization-new", "/me/organizations/new/"),
    PageOf("members", "/orgs/{org}/members/", archetype=True),
    PageOf("invite", "/orgs/{org}/members/invite/"),
    PageOf("settings", "/orgs/{org}/settings/", archetype=True),
    PageOf("sign-in-policy", "/orgs/{org}/settings/sign-in/"),
    PageOf("audit", "/orgs/{org}/audit/"),
    PageOf("audit-filtered-empty", "/orgs/{org}/audit/?q=nothing-of-this-name"),
    PageOf("jobs", "/orgs/{org}/jobs/"),
    PageOf("job", "/orgs/{org}/jobs/{job}/", archetype=True),
    PageOf("keys", "/orgs/{org}/keys/"),
    PageOf("key-new", "/orgs/{org}/keys/new/"),
    PageOf("forbidden", "/orgs/{org}/keys/", VIEWER, status=403),
    PageOf("inbox", "/me/inbox/"),
    PageOf("inbox-preferences", "/me/inbox/preferences/"),
    PageOf("notification-log", "/orgs/{org}/notifications/"),
    PageOf("invite-list", "/orgs/{org}/members/invite/list/"),
    PageOf("roles", "/orgs/{org}/roles/"),
    PageOf("role-new", "/orgs/{org}/roles/new/"),
    PageOf("teams", "/orgs/{org}/teams/"),
    PageOf("explain", "/orgs/{org}/access/explain/"),
    PageOf("share", "/orgs/{org}/shares/template/{template}/", archetype=True),
    PageOf("explain-one", "/orgs/{org}/access/explain/?object=template:{template}&permission=docuai.template.edit"),
    PageOf("access-review", "/orgs/{org}/access/review/"),
    PageOf("webhooks", "/orgs/{org}/webhooks/"),
    PageOf("webhook-new", "/orgs/{org}/webhooks/new/"),
    PageOf("test-inbox", "/orgs/{org}/test-data/"),
    PageOf("audit-settings", "/orgs/{org}/audit/keeping/"),
    PageOf("recovery", "/orgs/{org}/recovery/"),
    PageOf("mobile", "/me/mobile/"),
    PageOf("activity-months", "/orgs/{org}/activity/?by=month"),
    PageOf("brand", "/orgs/{org}/settings/brand/"),
    PageOf("support-access", "/orgs/{org}/settings/support/"),
    PageOf("activity", "/orgs/{org}/activity/"),
    # what opens
    PageOf("menu-person", "/me/organizations/new/", opens="[popovertarget=person]", wait_for="#person:popover-open"),
    PageOf("menu-switch", "/", opens="[popovertarget=switch]", wait_for="#switch:popover-open"),
    PageOf("dialog-key-revoke", "/orgs/{org}/keys/", opens="main [data-open]", wait_for="dialog[open]"),
    PageOf("menu-editor", DOCUAI + "/templates/{typst}/", opens="[popovertarget=more]", wait_for="#more:popover-open"),
    # DocuAI: runs
    PageOf("run-new", DOCUAI + "/runs/new/"),
    PageOf("run-new-sample", DOCUAI + "/runs/new/?template=certificate&sample=people.csv", archetype=True),
    PageOf("wizard-data", DOCUAI + "/runs/new/{messy}/data/", archetype=True),
    PageOf("wizard-columns", DOCUAI + "/runs/new/{draft}/columns/"),
    PageOf("wizard-options", DOCUAI + "/runs/new/{draft}/options/"),
    PageOf("wizard-check", DOCUAI + "/runs/new/{draft}/check/"),
    PageOf("wizard-faults", DOCUAI + "/runs/new/{messy}/check/", archetype=True),
    PageOf("runs", DOCUAI + "/runs/", archetype=True),
    PageOf("runs-filtered-empty", DOCUAI + "/runs/?q=nothing-of-this-name"),
    PageOf("runs-empty", "/orgs/{other}/docuai/runs/", NORA),
    PageOf("run-paused", DOCUAI + "/runs/{paused}/"),
    PageOf("run-done", DOCUAI + "/runs/{letters}/", archetype=True),
    PageOf("run-row", DOCUAI + "/runs/{letters}/rows/1/", wait_for="dialog[open]"),
    PageOf("run-mail", DOCUAI + "/runs/{letters}/mail/", wait_for="dialog[open]"),
    PageOf("runs-viewer", DOCUAI + "/runs/new/", VIEWER),
    # DocuAI: templates
    PageOf("templates", DOCUAI + "/templates/"),
    PageOf("template-new", DOCUAI + "/templates/new/"),
    PageOf("editor", DOCUAI + "/templates/{typst}/", archetype=True),
    PageOf("editor-word", DOCUAI + "/templates/{word}/"),
    PageOf("versions", DOCUAI + "/templates/{typst}/versions/"),
    PageOf("compare", DOCUAI + "/templates/{typst}/compare/"),
)
