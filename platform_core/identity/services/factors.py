"""Adding, verifying and removing second factors. Each change is noted for the person, who is told by mail."""

import datetime
import secrets
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_otp import verify_token

from platform_core.accounts.models import User
from platform_core.identity.errors import LastFactorError, WrongCodeError
from platform_core.identity.mailing import tell
from platform_core.identity.models import (
    ENROLLING_TOLERANCE,
    Authenticator,
    Passkey,
    RecoveryCode,
    RecoveryCodes,
    SecurityEvent,
    TrustedDevice,
)
from platform_core.identity.noticing import note
from platform_core.identity.selectors import Factor, factors_of, must_have_factor
from platform_core.kits.crypto.codes import code_hash, new_code

SECRET_BYTES = 20  # RFC 4226 recommends 160 bits
CODES = 10
NAME_LENGTH = 64
ENROLLING_LIFE = datetime.timedelta(hours=1)


def begin_authenticator(*, actor: User, handle: str = "") -> Authenticator:
    """This will give the enrollment that this session has open, by its handle: a page loaded again shows the same secret.

    No other session is shown it: who knows the password alone must not learn the secret that the person then confirms.
    One left lying for an hour is thrown away.
    """
    with transaction.atomic():
        open_ones = Authenticator.objects.filter(user=actor, confirmed=False)
        open_ones.filter(created_at__lt=timezone.now() - ENROLLING_LIFE).delete()
        found: Authenticator | None = open_ones.filter(handle=handle).first() if handle else None
        if found:
            return found
        device = Authenticator(user=actor, confirmed=False, name="")
        device.keep_secret(secrets.token_bytes(SECRET_BYTES))
        device.save()
    return device


def confirm_authenticator(*, actor: User, handle: str, code: str, name: str = "") -> Authenticator:
    """This will make the session's open enrollment a factor by its first right code; raises WrongCodeError.

    A phone's clock may be a minute off: by how much is learned here. Locks the row; other enrollments of the person end.
    """
    with transaction.atomic():
        open_ones = Authenticator.objects.select_for_update().filter(user=actor, confirmed=False)
        device: Authenticator | None = open_ones.filter(handle=handle).first() if handle else None
        if device is None:
            raise WrongCodeError(_("This set-up has ended. Start again with the new QR code."))
        allowed, _why = device.verify_is_allowed()
        right = allowed and device.verify_token(plain(code), tolerance=ENROLLING_TOLERANCE)
        if right:
            device.confirmed, device.name = True, _name(name) or _("Authenticator app")
            device.save(update_fields=["confirmed", "name"])
            open_ones.exclude(pk=device.pk).delete()
            note(actor, SecurityEvent.Kind.FACTOR_ADDED, detail=device.name)
    if not right:
        off = device.seconds_off(plain(code)) if allowed else None
        raise WrongCodeError(_clock_message(off) if off else _message(device))
    tell(actor, "factor_added", {"factor": device.name})
    return device


def add_passkey(*, actor: User, passkey: Passkey, name: str = "") -> Passkey:
    """This will name a passkey that the ceremony has stored, note it and tell the person."""
    passkey.name = _name(name) or _("Passkey")
    with transaction.atomic():
        passkey.save(update_fields=["name"])
        note(actor, SecurityEvent.Kind.FACTOR_ADDED, detail=passkey.name)
    tell(actor, "factor_added", {"factor": passkey.name})
    return passkey


def verify(*, actor: User, device: Authenticator | RecoveryCodes, code: str) -> Authenticator | RecoveryCodes:
    """This will take a code of the device that the person has chosen, once; raises WrongCodeError.

    Only the chosen device counts a wrong code: trying all of them would lock the recovery codes with the app.
    """
    text = plain(code) if isinstance(device, Authenticator) else code[:100]
    verified = verify_token(actor, device.persistent_id, text)
    if verified is None:
        device.refresh_from_db()
        note(actor, SecurityEvent.Kind.WRONG_CODE, detail=device.name)
        raise WrongCodeError(_message(device))
    if isinstance(verified, RecoveryCodes):
        note(actor, SecurityEvent.Kind.CODE_USED)
        tell(actor, "code_used", {"left": verified.codes.filter(used_at=None).count()})
    assert isinstance(verified, Authenticator | RecoveryCodes)
    return verified


def make_codes(*, actor: User) -> list[str]:
    """This will make ten recovery codes and return them: they are nowhere else. The former ones end."""
    codes = [new_code() for _number in range(CODES)]
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)
        RecoveryCodes.objects.filter(user=actor).delete()
        made = RecoveryCodes.objects.create(user=actor, name="codes")
        RecoveryCode.objects.bulk_create(
            RecoveryCode(codes=made, code_hash=code_hash(made.handle, code)) for code in codes
        )
        note(actor, SecurityEvent.Kind.CODES_MADE)
    return codes


def rename_factor(*, actor: User, handle: UUID, name: str) -> Factor | None:
    """This will give one of the actor's factors another name; None when it is gone."""
    factor = _own(actor, handle)
    if factor and (plain_name := _name(name)):
        factor.name = plain_name
        factor.save(update_fields=["name"])
    return factor


def remove_factor(*, actor: User, handle: UUID) -> Factor | None:
    """This will remove one of the actor's factors; the last one takes recovery codes and trusted devices with it.

    Raises LastFactorError while platform or organization require one. Locks the person's row: two removals at once go
    one after the other.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)
        factor = _own(actor, handle)
        if factor is None:
            return None
        if len(factors_of(actor)) == 1:
            if must_have_factor(actor, now=timezone.now()):
                raise LastFactorError(_("A second factor is required of you. Add another one first, then remove this."))
            RecoveryCodes.objects.filter(user=actor).delete()
            TrustedDevice.objects.filter(user=actor).delete()
        factor.delete()
        note(actor, SecurityEvent.Kind.FACTOR_REMOVED, detail=factor.name)
    tell(actor, "factor_removed", {"factor": factor.name})
    return factor


def plain(code: str) -> str:
    """This will take spaces out of a code of digits."""
    return "".join(code.split())[:20]


def _own(actor: User, handle: UUID) -> Factor | None:
    return next((factor for factor in factors_of(actor) if factor.handle == handle), None)


def _name(name: str) -> str:
    return " ".join(name.replace("\0", "").split())[:NAME_LENGTH]


def _message(device: Authenticator | RecoveryCodes) -> str:
    allowed, why = device.verify_is_allowed()
    if not allowed and device.throttling_failure_count > 2:
        seconds = max(1, round((why["locked_until"] - timezone.now()).total_seconds()))
        text = ngettext(
            "Too many wrong codes. Wait %(n)s second, then try a new one.",
            "Too many wrong codes. Wait %(n)s seconds, then try a new one.",
            seconds,
        )
        return text % {"n": seconds}
    if isinstance(device, RecoveryCodes):
        return _("This recovery code is wrong or used. Each works once: try another.")
    return _("This code is wrong or used. Wait for the next one; if it goes on, let your phone set its time by itself.")


def _clock_message(seconds: int) -> str:
    text = _("Your phone's clock is about %(n)s seconds off. Let it set its time by itself, then try a new code.")
    return text % {"n": abs(seconds)}
