"""WebAuthn as this site does it: the second factor after the password, public keys only, no attestation kept."""

from typing import Any

from django.conf import settings
from django_otp_webauthn.helpers import WebAuthnHelper


class Ceremony(WebAuthnHelper):
    """Named by the setting OTP_WEBAUTHN_HELPER_CLASS."""

    def get_relying_party_domain(self) -> str:
        """This will give the site's host. In development that of the request: one machine has several names."""
        if settings.PRODUCTION:
            return str(settings.OTP_WEBAUTHN_RP_ID)
        return self.request.get_host().rpartition(":")[0] or self.request.get_host()

    def get_allowed_origins(self) -> list[str]:
        """This will give the site's origin, in development that of the request too."""
        if settings.PRODUCTION:
            return list(settings.OTP_WEBAUTHN_ALLOWED_ORIGINS)
        return [*settings.OTP_WEBAUTHN_ALLOWED_ORIGINS, f"{self.request.scheme}://{self.request.get_host()}"]

    def create_attestation(self, credential: Any, attestation_object: bytes, client_data_json: bytes) -> Any:
        """This will keep nothing: who made the authenticator is not our business."""
        return None
