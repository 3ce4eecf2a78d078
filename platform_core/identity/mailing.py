"""Mails to a person about their own account: security notices, to the address they sign in with.

They belong to no organization, so they do not pass its queue of mail; like allauth's own they leave with the request.
"""

import logging
import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from platform_core.accounts.models import User

logger = logging.getLogger(__name__)


def tell(user: User, what: str, context: dict[str, Any]) -> None:
    """This will mail ``identity/email/<what>`` in the person's language. A mail server that is down stops no sign-in."""
    with translation.override(user.language or settings.LANGUAGE_CODE):
        full = {"person": user, "security_url": settings.BASE_URL + reverse("security"), **context}
        subject = render_to_string(f"identity/email/{what}_subject.txt", full).strip()
        text = render_to_string(f"identity/email/{what}_message.txt", full).strip() + "\n"
    try:
        send_mail(subject, text, None, [user.email])
    except (OSError, smtplib.SMTPException) as error:
        logger.warning("identity.mail_not_sent", extra={"mail": what, "error": type(error).__name__})
