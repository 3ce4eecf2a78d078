"""How allauth meets our pages: whoever came by an invitation goes back to it, however long signing up took.

What else signing in asks for (a second factor) is named by the setting SIGN_IN_STAGES; who wants to know of wrong passwords
is plugged in by ``on_wrong_password``.
"""

import logging
import smtplib
from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from platform_core.accounts.selectors import COME_BACK, fault_of, plain_address
from platform_core.kits.web.toasts import toast

logger = logging.getLogger(__name__)
_wrong_password: list[Callable[[HttpRequest, str], None]] = []


def on_wrong_password(listener: Callable[[HttpRequest, str], None]) -> None:
    """This will call ``listener(request, email)`` after each sign-in that failed."""
    if listener not in _wrong_password:
        _wrong_password.append(listener)


class AccountAdapter(DefaultAccountAdapter):
    """Named by the setting ACCOUNT_ADAPTER."""

    def get_login_stages(self) -> list[str]:
        """This will give allauth's stages, then ours: nobody is signed in before all have passed."""
        return [*super().get_login_stages(), *settings.SIGN_IN_STAGES]

    def clean_email(self, email: str) -> str:
        """This will refuse an address with hidden or look-alike letters: it would pass for somebody else's."""
        address = plain_address(super().clean_email(email))
        if fault := fault_of(address):
            raise ValidationError(fault, code="bad_address")
        return address

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """This will send, or say that the mail server is away: an account that was just made is not lost by it."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, smtplib.SMTPException) as error:
            logger.warning("accounts.mail_not_sent", extra={"mail": template_prefix, "error": type(error).__name__})
            text = _("The mail could not be sent: the mail server does not answer. Ask for it again in a few minutes.")
            toast(self.request, text, level="failed")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """This will tell who has asked to know."""
        for listener in _wrong_password:
            listener(request, str(credentials.get("email") or ""))

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:
        """This will keep the name that was given, and the language in which the person signed up."""
        user.name = form.cleaned_data.get("name", "")
        user.language = (get_language() or "en").split("-")[0]
        return super().save_user(request, user, form, commit=commit)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """This will give the way back, once."""
        path: str = request.session.pop(COME_BACK, "")
        if path and url_has_allowed_host_and_scheme(path, allowed_hosts=None):
            return path
        url: Any = super().get_login_redirect_url(request)
        return str(url)

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """This will give the same way back after signing up."""
        return self.get_login_redirect_url(request)

    def get_email_verification_redirect_url(self, email_address: Any) -> str:
        """This will go on to where the person wanted to go, when they are signed in by now."""
        if self.request.user.is_authenticated:
            return self.get_login_redirect_url(self.request)
        return str(super().get_email_verification_redirect_url(email_address))
