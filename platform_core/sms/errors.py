"""What can be wrong with a number or a text message before anything leaves."""


class SmsError(Exception):
    """It cannot be done; the message says why. ``field`` names what to change, ``code`` is for programs."""

    def __init__(self, message: str, *, field: str = "", code: str = "sms_refused") -> None:
        super().__init__(message)
        self.field, self.code = field, code
