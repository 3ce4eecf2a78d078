"""The enrollment of an authenticator app that a session has open: its handle stands in the session."""

from django.http import HttpRequest

from platform_core.accounts.models import User
from platform_core.identity.models import Authenticator
from platform_core.identity.services import factors

OPEN = "enrolling"


def begun(request: HttpRequest, user: User) -> Authenticator:
    """This will give the session's open enrollment, or begin one."""
    device = factors.begin_authenticator(actor=user, handle=request.session.get(OPEN, ""))
    request.session[OPEN] = str(device.handle)
    return device


def confirmed(request: HttpRequest, user: User, code: str, name: str = "") -> Authenticator:
    """This will make it a factor; raises WrongCodeError."""
    handle = request.session.get(OPEN, "")
    device = factors.confirm_authenticator(actor=user, handle=handle, code=code, name=name)
    request.session.pop(OPEN, None)
    return device
