"""Handing mail over to the mail server."""


def send_batch() -> bool:
    """This will send one batch; True when there may be more."""
    return False
