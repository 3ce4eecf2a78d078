"""Second factors of people, the devices they trust, the sessions they hold and what happened at their door.

All of it belongs to a person, so no row names an organization. Factors are django-otp devices, whose persistent id needs an
integer key: pages name them by ``handle`` instead.
"""

import time
from base64 import b32encode
from typing import ClassVar
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_otp.models import Device, ThrottlingMixin, TimestampMixin
from django_otp.oath import TOTP
from django_otp_webauthn.models import AbstractWebAuthnCredential

from platform_core.kits.crypto.codes import code_hash
from platform_core.kits.crypto.sealing import seal, unseal
from platform_core.kits.personal_data import PersonalData
from platform_core.kits.tenancy.ids import new_id

EXEMPT = "belongs to a person"
ISSUER = "Portfolio"
STEP_SECONDS = 30
TOLERANCE = 1  # steps before and after; what a phone's clock is off by is learned from the first right code
ENROLLING_TOLERANCE = 2


class Authenticator(TimestampMixin, ThrottlingMixin, Device):
    """An authenticator app (TOTP, RFC 6238). The secret is sealed to this row; a code counts once, wrong ones slow down.

    Not confirmed until the first right code: an unconfirmed row is an enrollment somebody began, and is no factor.
    """

    kind = "authenticator"
    tenancy_exempt = EXEMPT
    personal_data = PersonalData(
        subject="user",
        purpose="second factor at sign-in",
        retention="until the person removes it",
        export=("name", "created_at", "last_used_at"),
        erasure="delete",
    )

    handle = models.UUIDField(default=new_id, unique=True, editable=False)
    sealed_secret = models.BinaryField(max_length=100)
    drift = models.SmallIntegerField(default=0)
    last_step = models.BigIntegerField(default=-1)

    def keep_secret(self, secret: bytes) -> None:
        """This will seal the secret to this row."""
        self.sealed_secret = seal(secret, place=self._place)

    @property
    def secret(self) -> bytes:
        return unseal(bytes(self.sealed_secret), place=self._place)

    @property
    def typed_secret(self) -> str:
        """The secret as one types it where no camera is: base 32 in groups of four."""
        text = b32encode(self.secret).decode().rstrip("=")
        return " ".join(text[i : i + 4] for i in range(0, len(text), 4))

    @property
    def address(self) -> str:
        """What the QR code says: an ``otpauth:`` address."""
        label = quote(f"{ISSUER}:{self.user.get_username()}")
        query = urlencode({"secret": self.typed_secret.replace(" ", ""), "issuer": ISSUER, "period": STEP_SECONDS})
        return f"otpauth://totp/{label}?{query}"

    def verify_token(self, token: str, *, tolerance: int = TOLERANCE) -> bool:
        """This will take a code once. The caller holds the row's lock (``django_otp.verify_token`` takes it)."""
        if not self.verify_is_allowed()[0]:
            return False
        totp = self._clock()
        if not (_is_code(token) and totp.verify(int(token), tolerance, self.last_step + 1)):
            self.throttle_increment()
            return False
        self.last_step, self.drift = totp.t(), totp.drift
        self.throttle_reset(commit=False)
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True

    def seconds_off(self, token: str, *, most_steps: int = 20) -> int | None:
        """This will say how far the phone's clock is off, when the code is right for another time.

        For enrolling alone, where the secret is on the screen anyway: at sign-in it would tell which codes come next.
        """
        totp = self._clock()
        here = totp.t()
        if _is_code(token) and totp.verify(int(token), most_steps):
            return int(totp.t() - here) * STEP_SECONDS
        return None

    def get_throttle_factor(self) -> int:
        return 1  # 1, 2, 4, 8 … seconds after each wrong code

    @property
    def _place(self) -> str:
        return f"platform_core.authenticator.sealed_secret:{self.handle}"

    def _clock(self) -> TOTP:
        totp = TOTP(self.secret, STEP_SECONDS, drift=self.drift)
        totp.time = time.time()
        return totp


class RecoveryCodes(TimestampMixin, ThrottlingMixin, Device):
    """A person's set of recovery codes: one row a person; making new ones ends the old. No factor by itself."""

    kind = "codes"
    tenancy_exempt = EXEMPT
    personal_data = PersonalData(
        subject="user",
        purpose="signing in when the other factors are lost",
        retention="until the person makes new ones",
        export=("created_at", "last_used_at"),
        erasure="delete",
    )

    handle = models.UUIDField(default=new_id, unique=True, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user"], name="recovery_codes_once")]

    def verify_token(self, token: str) -> bool:
        """This will use a code up. Two at once: the row's lock lets one through, and the UPDATE finds it once."""
        if not self.verify_is_allowed()[0]:
            return False
        unused = self.codes.filter(code_hash=code_hash(self.handle, token), used_at=None)
        if not unused.update(used_at=timezone.now()):
            self.throttle_increment()
            return False
        self.throttle_reset(commit=False)
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True

    def get_throttle_factor(self) -> int:
        return 1


class RecoveryCode(models.Model):
    """One code of a set, as a keyed hash; it works once."""

    tenancy_exempt = EXEMPT
    personal_data = PersonalData(
        subject="codes__user",
        purpose="see RecoveryCodes",
        retention="with its set",
        export=("used_at",),
        erasure="delete",
    )

    codes = models.ForeignKey(RecoveryCodes, on_delete=models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["codes", "code_hash"], name="recovery_code_once")]


class Passkey(AbstractWebAuthnCredential):
    """A passkey or security key (WebAuthn): we hold its public key alone."""

    kind = "passkey"
    tenancy_exempt = EXEMPT
    personal_data = PersonalData(
        subject="user",
        purpose="second factor at sign-in",
        retention="until the person removes it",
        export=("name", "created_at", "last_used_at"),
        erasure="delete",
    )

    handle = models.UUIDField(default=new_id, unique=True, editable=False)


class TrustedDevice(models.Model):
    """A browser that skips the second factor for 30 days. Known by the hash of a random cookie."""

    tenancy_exempt = EXEMPT
    personal_data = PersonalData(
        subject="user",
        purpose="skipping the second factor where the person asked for it",
        retention="30 days, or until it is revoked",
        export=("created_at", "expires_at", "ip", "user_agent"),
        erasure="delete",
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="trusted_devices")
    token_hash = models.CharField(max_length=64, unique=True)
    user_agent = models.CharField(max_length=300, blank=True)
    ip = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()


class SignedInSession(models.Model):
    """A browser in which a person is signed in. Gone when it signs out, or when the person ends it from elsewhere."""

    tenancy_exempt = EXEMPT
    personal_data = PersonalData(
        subject="user",
        purpose="showing people where they are signed in",
        retention="until the session ends, 14 days at most after its last use",
        export=("created_at", "last_used_at", "ip", "user_agent"),
        erasure="delete",
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="signed_in_sessions")
    session_key = models.CharField(max_length=40, unique=True)
    user_agent = models.CharField(max_length=300, blank=True)
    ip = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(default=timezone.now)


class SecurityEvent(models.Model):
    """What happened at a person's door: sign-ins, right and wrong, and changes of factors. Written once, kept a year."""

    class Kind(models.TextChoices):
        SIGNED_IN = "signed_in", pgettext_lazy("security event", "Signed in")
        WRONG_PASSWORD = "wrong_password", pgettext_lazy("security event", "Wrong password")
        WRONG_CODE = "wrong_code", pgettext_lazy("security event", "Wrong second factor")
        FACTOR_ADDED = "factor_added", pgettext_lazy("security event", "Second factor added")
        FACTOR_REMOVED = "factor_removed", pgettext_lazy("security event", "Second factor removed")
        CODES_MADE = "codes_made", pgettext_lazy("security event", "Recovery codes made")
        CODE_USED = "code_used", pgettext_lazy("security event", "Recovery code used")
        TRUSTED = "trusted", pgettext_lazy("security event", "Device trusted for 30 days")
        SIGNED_OUT = "signed_out", pgettext_lazy("security event", "Signed out elsewhere")

    SUCCESSES: ClassVar = (Kind.SIGNED_IN,)
    FAILURES: ClassVar = (Kind.WRONG_PASSWORD, Kind.WRONG_CODE)

    tenancy_exempt = EXEMPT
    personal_data = PersonalData(
        subject="user",
        purpose="noticing that somebody else signs in",
        retention="one year",
        export=("at", "kind", "detail", "ip", "user_agent"),
        erasure="delete",
        basis="legitimate interest",
    )

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="security_events")
    at = models.DateTimeField(_("at"), default=timezone.now)
    kind = models.CharField(max_length=20, choices=Kind)
    detail = models.CharField(max_length=100, blank=True)
    browser_hash = models.CharField(max_length=64, blank=True)  # of a cookie: is it a browser we have seen?
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-at"], name="security_newest")]


def _is_code(token: str) -> bool:
    return len(token) == 6 and token.isascii() and token.isdecimal()
