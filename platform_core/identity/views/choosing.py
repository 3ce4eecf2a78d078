"""Which factor a person is asked for: the one used last, another by ``?with=<handle>``, recovery codes by ``?with=codes``."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from platform_core.accounts.models import User
from platform_core.identity.forms import CodeForm, RecoveryForm
from platform_core.identity.models import Authenticator, Passkey, RecoveryCodes
from platform_core.identity.selectors import codes_of, factors_of

Device = Authenticator | Passkey | RecoveryCodes


@dataclass(frozen=True, slots=True)
class Choice:
    """The device that is asked, and those one may turn to instead."""

    device: Device | None
    others: list[Device]

    @property
    def kind(self) -> str:
        return self.device.kind if self.device else ""

    def form(self, request: HttpRequest, *, posted: bool) -> CodeForm | RecoveryForm:
        """This will make the form of the code."""
        data = request.POST if posted else None
        return RecoveryForm(data) if isinstance(self.device, RecoveryCodes) else CodeForm(data)


def choose(request: HttpRequest, user: User) -> Choice:
    """This will find what the person asks to be asked for; a name that is nobody's is passed over."""
    devices: list[Device] = list(factors_of(user))
    if devices and (codes := codes_of(user)):
        devices.append(codes)
    wanted: Any = request.GET.get("with", "")
    named = (device for device in devices if wanted in (str(device.handle), device.kind))
    chosen = next(named, devices[0] if devices else None)
    others = [device for device in devices if device != chosen and not _same_way(device, chosen)]
    return Choice(chosen, others)


def _same_way(one: Device, other: Device | None) -> bool:
    """The browser itself lets one choose among passkeys."""
    return isinstance(one, Passkey) and isinstance(other, Passkey)
