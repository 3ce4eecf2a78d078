"""How the audit page says what access writes down."""

from django.utils.translation import gettext_lazy, pgettext_lazy

SENTENCES = {
    "access.revoke_everything": pgettext_lazy("audit", "Revoked everything of a key or a member"),
    "access.evidence.download": pgettext_lazy("audit", "Downloaded the evidence on a key or a member"),
    "access.evidence.view": pgettext_lazy("audit", "Looked at what a key or a member touched"),
    "key.unusual": pgettext_lazy("audit", "Saw an API key used as never before"),
    "key.revoked_by_holder": pgettext_lazy("audit", "Revoked an API key: its holder asked for it"),
    "role.created": pgettext_lazy("audit", "Made a role"),
    "role.changed": pgettext_lazy("audit", "Changed a role"),
    "role.deleted": pgettext_lazy("audit", "Deleted a role"),
    "team.created": pgettext_lazy("audit", "Made a team"),
    "team.changed": pgettext_lazy("audit", "Changed a team"),
    "team.deleted": pgettext_lazy("audit", "Deleted a team"),
    "share.granted": pgettext_lazy("audit", "Shared an object"),
    "share.ended": pgettext_lazy("audit", "Ended a share"),
    "access.review.view": pgettext_lazy("audit", "Looked at who may do what"),
    "access.review.report": pgettext_lazy("audit", "Downloaded the access report"),
}
FIELDS = {
    "test": gettext_lazy("Test"),
    "place": gettext_lazy("Network"),
    "calls": gettext_lazy("Calls an hour"),
    "calls_taken": gettext_lazy("API calls"),
    "sessions": gettext_lazy("Sessions"),
    "shares": gettext_lazy("Shares"),
    "keys": gettext_lazy("Keys"),
    "permissions": gettext_lazy("Permissions"),
    "member": gettext_lazy("Member"),
    "shared_with": gettext_lazy("Shared with"),
    "share_level": gettext_lazy("Level of the share"),
}
