"""What was done, in words: one sentence an action. Each app registers its own; an action without one shows its name."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

SENTENCES: dict[str, Any] = {}
FIELDS: dict[str, Any] = {}


def register_sentences(sentences: Mapping[str, Any]) -> None:
    """This will add an app's sentences; the later registration of an action wins."""
    SENTENCES.update(sentences)


def register_fields(fields: Mapping[str, Any]) -> None:
    """This will add names of changed fields as people read them."""
    FIELDS.update(fields)


def sentence(action: str) -> str:
    """This will say what was done."""
    return str(SENTENCES.get(action) or _("Did: %(action)s") % {"action": action})


def actions_that_say(text: str) -> list[str]:
    """This will find the actions whose sentence, in the reader's language, or whose name holds the text."""
    wanted = text.casefold()
    return [action for action, said in SENTENCES.items() if wanted in action or wanted in str(said).casefold()]


def field(name: str) -> str:
    """This will name a changed field."""
    return str(FIELDS.get(name) or name.replace("_", " "))


register_sentences(
    {
        "organization.create": pgettext_lazy("audit", "Made the organization"),
        "organization.setup_dismissed": pgettext_lazy("audit", "Put the set-up checklist away"),
        "organization.rename": pgettext_lazy("audit", "Renamed the organization"),
        "organization.defaults": pgettext_lazy("audit", "Changed the organization’s defaults"),
        "organization.brand": pgettext_lazy("audit", "Changed the organization’s brand"),
        "organization.transfer": pgettext_lazy("audit", "Handed the organization over"),
        "recovery.ask": pgettext_lazy("audit", "Asked to become owner: no owner can be reached"),
        "recovery.agree": pgettext_lazy("audit", "Agreed to a new owner as second admin"),
        "recovery.proof": pgettext_lazy("audit", "Saw the proof of the domain, as platform staff"),
        "recovery.confirm": pgettext_lazy("audit", "Confirmed the proof of the domain, as a second person of staff"),
        "recovery.stop": pgettext_lazy("audit", "Stopped the recovery of the organization"),
        "recovery.done": pgettext_lazy("audit", "Made a member owner after the seven days of a recovery"),
        "member.role": pgettext_lazy("audit", "Changed a member’s role"),
        "member.remove": pgettext_lazy("audit", "Removed a member"),
        "member.leave": pgettext_lazy("audit", "Left the organization"),
        "invitation.create": pgettext_lazy("audit", "Invited a person"),
        "invitation.list": pgettext_lazy("audit", "Began to invite a list"),
        "invitation.resend": pgettext_lazy("audit", "Sent an invitation again"),
        "invitation.revoke": pgettext_lazy("audit", "Withdrew an invitation"),
        "invitation.accept": pgettext_lazy("audit", "Joined by invitation"),
        "key.created": pgettext_lazy("audit", "Made an API key"),
        "key.revoked": pgettext_lazy("audit", "Revoked an API key"),
        "file.store": pgettext_lazy("audit", "Stored a file"),
        "file.delete": pgettext_lazy("audit", "Deleted a file"),
        "file.restore": pgettext_lazy("audit", "Brought a deleted file back"),
        "file.purge": pgettext_lazy("audit", "Removed a file for good"),
        "mail.send_again": pgettext_lazy("audit", "Had a mail sent again"),
        "mail.suppress": pgettext_lazy("audit", "Shut an address out from mail"),
        "mail.unknown": pgettext_lazy("audit", "Marked mails whose outcome is unknown"),
        "job.queued": pgettext_lazy("audit", "Resumed a job"),
        "job.paused": pgettext_lazy("audit", "Paused a job"),
        "job.parked": pgettext_lazy("audit", "Set a job aside: it requires attention"),
        "job.canceled": pgettext_lazy("audit", "Canceled a job"),
        "audit.verify": pgettext_lazy("audit", "Had the audit log verified"),
        "audit.export": pgettext_lazy("audit", "Exported the audit log"),
        "audit.retention": pgettext_lazy("audit", "Changed how long the audit log is kept"),
        "audit.erase": pgettext_lazy("audit", "Erased what the audit log said of a person"),
        "audit.prune": pgettext_lazy("audit", "Removed old records of the audit log"),
        "members.view": pgettext_lazy("audit", "Looked at the list of members"),
        "members.without_factor.view": pgettext_lazy("audit", "Looked at who signs in without a second factor"),
        "team.view": pgettext_lazy("audit", "Looked at the members of a team"),
        "share.view": pgettext_lazy("audit", "Looked at with whom an object is shared"),
        "row.outside": pgettext_lazy("audit", "Changed access past the platform, in the database"),
        "platform_core.staff.look": pgettext_lazy("audit", "Looked into the organization as platform staff"),
    }
)
register_fields(
    {
        "ground": pgettext_lazy("audit", "What was shown"),
        "waits_until": pgettext_lazy("audit", "Waits until"),
        "domain": pgettext_lazy("audit", "Domain"),
        "accent": pgettext_lazy("audit", "Color"),
        "sender_name": pgettext_lazy("audit", "Sender’s name"),
        "postal_address": pgettext_lazy("audit", "Postal address"),
        "logo": pgettext_lazy("audit", "Logo"),
        "passed_to": pgettext_lazy("audit", "Passed to"),
        "jobs": pgettext_lazy("audit", "Jobs passed on"),
        "drafts": pgettext_lazy("audit", "Drafts passed on"),
        "webhooks": pgettext_lazy("audit", "Webhook endpoints passed on"),
        "name": pgettext_lazy("audit", "Name"),
        "slug": pgettext_lazy("audit", "Address"),
        "role": pgettext_lazy("audit", "Role"),
        "state": pgettext_lazy("audit", "State"),
        "default_language": pgettext_lazy("audit", "Language"),
        "language": pgettext_lazy("audit", "Language"),
        "region": pgettext_lazy("audit", "Region"),
        "time_zone": pgettext_lazy("audit", "Time zone"),
        "version": pgettext_lazy("audit", "Version"),
        "scopes": pgettext_lazy("audit", "Permissions"),
        "reason": pgettext_lazy("audit", "Reason"),
        "rows": pgettext_lazy("audit", "Rows"),
        "people": pgettext_lazy("audit", "People"),
        "records": pgettext_lazy("audit", "Records"),
        "faults": pgettext_lazy("audit", "Faults"),
        "days": pgettext_lazy("audit", "Days"),
    }
)
