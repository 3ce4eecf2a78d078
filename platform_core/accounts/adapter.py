"""How allauth meets our pages: whoever came by an invitation goes back to it, however long signing up took."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language

from platform_core.accounts.selectors import COME_BACK


class AccountAdapter(DefaultAccountAdapter):
    """Named by the setting ACCOUNT_ADAPTER."""

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
