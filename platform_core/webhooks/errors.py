"""What is wrong with a webhook, and what to do about it, in words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class WebhookError(Exception):
    """This cannot be done like this. ``field`` names what to change, ``code`` is stable, the text says how."""

    def __init__(self, field: str, code: str, message: Any) -> None:
        super().__init__(str(message))
        self.field, self.code = field, code


class WebhookStateError(WebhookError):
    """The present state does not allow it."""


REFUSED: dict[str, Any] = {
    "malformed": gettext_lazy("This is no address. Write it like https://example.com/webhooks."),
    "scheme": gettext_lazy("Use an address that begins with https://."),
    "credentials": gettext_lazy("Leave the name and password before the @ out: the signature proves who calls."),
    "number": gettext_lazy("Write the host as a name, or as four numbers with dots."),
    "port": gettext_lazy("Use port 443, or one from 1024 on."),
    "private": gettext_lazy("This address lies in a private or reserved network. We call public addresses only."),
}
FAILED: dict[str, Any] = REFUSED | {
    "private": gettext_lazy("Not called: the name leads into a private or reserved network."),
    "unknown_host": gettext_lazy("The host name is unknown."),
    "timeout": gettext_lazy("No answer in time."),
    "refused": gettext_lazy("Nobody listens at this address."),
    "unreachable": gettext_lazy("The address cannot be reached."),
    "certificate": gettext_lazy("Its certificate is not valid for this name."),
    "tls": gettext_lazy("No secure connection could be made."),
    "closed": gettext_lazy("It closed the connection before it answered."),
    "garbled": gettext_lazy("What it answered is no HTTP."),
    "too_large": gettext_lazy("The head of its answer is too large."),
    "redirect": gettext_lazy("It redirects. Redirects are not followed: enter the address it leads to."),
    "status": gettext_lazy("It did not answer with success (2xx)."),
    "disabled": gettext_lazy("Not sent: the endpoint was off."),
}


def explain(code: str) -> str:
    """This will say why an attempt failed."""
    return str(FAILED.get(code) or _("It failed: %(code)s.") % {"code": code}) if code else ""
