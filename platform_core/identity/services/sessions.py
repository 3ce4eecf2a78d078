"""Ending sessions and trust from elsewhere."""

from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction

from platform_core.accounts.models import User
from platform_core.identity.models import SecurityEvent, SignedInSession, TrustedDevice
from platform_core.identity.noticing import note
from platform_core.identity.user_agents import device_name


def end_session(*, actor: User, session_id: UUID) -> bool:
    """This will sign the actor out in one browser; its next request is nobody's. False when it was over already."""
    with transaction.atomic():
        row = SignedInSession.objects.select_for_update().filter(user=actor, pk=session_id).first()
        if row is None:
            return False
        Session.objects.filter(session_key=row.session_key).delete()
        row.delete()
        note(actor, SecurityEvent.Kind.SIGNED_OUT, detail=device_name(row.user_agent))
    return True


def end_other_sessions(*, actor: User, session_key: str) -> int:
    """This will sign the actor out everywhere but here, and no browser skips the second factor any more."""
    with transaction.atomic():
        others = SignedInSession.objects.select_for_update().filter(user=actor).exclude(session_key=session_key)
        keys = list(others.values_list("session_key", flat=True))
        ended, _by_model = Session.objects.filter(session_key__in=keys).delete()
        SignedInSession.objects.filter(user=actor, session_key__in=keys).delete()
        TrustedDevice.objects.filter(user=actor).delete()
        note(actor, SecurityEvent.Kind.SIGNED_OUT)
    return ended


def revoke_trust(*, actor: User, device_id: UUID) -> bool:
    """This will ask that browser for the second factor again."""
    deleted, _by_model = TrustedDevice.objects.filter(user=actor, pk=device_id).delete()
    return bool(deleted)
