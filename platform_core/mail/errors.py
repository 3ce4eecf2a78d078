"""What can be wrong with a mail before it is queued."""


class MailError(Exception):
    """The mail cannot be queued; the message says why."""
