"""Mails to a person about their own account. They belong to no organization, so they go the way of allauth's mails."""

import logging
import smtplib
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from platform_core.accounts.models import User

logger = logging.getLogger(__name__)


def tell(user: User, what: str, context: dict[str, Any]) -> None:
    """This will mail ``identity/email/<what>`` in the person's language. A mail server that is down stops no sign-in."""
    with translation.override(user.language or settings.LANGUAGE_CODE):
        full = {"person": user, "security_url": settings.BASE_URL + reverse("security"), **context}
        try:
            get_adapter().send_mail(f"identity/email/{what}", user.email, full)
        except (OSError, smtplib.SMTPException) as error:
            logger.warning("identity.mail_not_sent", extra={"mail": what, "error": type(error).__name__})
