"""What can go wrong with second factors. Every message is fit for the person and says what to do."""


class FactorError(Exception):
    """Base: ``str()`` of it is translated and says what to do."""


class WrongCodeError(FactorError):
    """The code is wrong, used up, or asked too soon after a wrong one."""


class LastFactorError(FactorError):
    """The person would be left without the factor that somebody requires of them."""


class PasskeyError(FactorError):
    """The passkey's answer does not fit what was asked."""
