"""A mail's row as a message of RFC 5322: headers that cannot be injected into, both bodies, attachments from storage."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from django.conf import settings
from django.utils import timezone

from platform_core.files.selectors import read_bytes
from platform_core.mail.models import OutgoingMail


def compose(mail: OutgoingMail) -> EmailMessage:
    """This will build the message; raises MissingFileError for an attachment whose bytes are gone.

    The policy refuses line breaks in any header (ValueError), whatever a row holds.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(mail.from_name, addr_spec=settings.DEFAULT_FROM_EMAIL)
    message["To"] = Address(addr_spec=mail.to_address)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(timezone.now())
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
    message.set_content(mail.text_body)
    if mail.html_body:
        message.add_alternative(mail.html_body, subtype="html")
    for entry in mail.attachments:
        content = read_bytes(key=entry["key"], offset=entry["offset"], size=entry["size"])
        main, _slash, sub = entry["content_type"].partition("/")
        message.add_attachment(content, maintype=main, subtype=sub or "octet-stream", filename=entry["file_name"])
    return message
