"""Writing down what happens at a person's door, and telling them by mail when a browser signs in that we have not seen.

A sign-in is noticed at the first answer of a signed-in session, so no way in is left out: the session is not marked yet.
"""

import datetime
import hashlib
import logging
import secrets
import time
from uuid import UUID

from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from platform_core.accounts.models import User
from platform_core.identity.mailing import tell
from platform_core.identity.models import SecurityEvent, SignedInSession
from platform_core.identity.trust import set_cookie
from platform_core.identity.user_agents import device_name
from platform_core.kits.observability.context import client

MARK, MARKED_KEY = "identity_session", "identity_session_key"
BROWSER_COOKIE = "browser"
BROWSER_LIFE = datetime.timedelta(days=365)
USE_SECONDS = 300
logger = logging.getLogger(__name__)
_used: dict[str, float] = {}


def note(user: User, kind: SecurityEvent.Kind, *, detail: str = "", browser_hash: str = "") -> None:
    """This will write down what happened, and from where."""
    SecurityEvent.objects.create(
        user=user,
        kind=kind,
        detail=detail[:100],
        browser_hash=browser_hash,
        ip=client().ip,
        user_agent=client().user_agent,
    )


def note_wrong_password(request: HttpRequest, email: str) -> None:
    """This will write down a wrong password, where the address is somebody's."""
    user = User.objects.filter(email__iexact=email).first() if email and "\0" not in email else None
    if user:
        note(user, SecurityEvent.Kind.WRONG_PASSWORD)


def note_use(request: HttpRequest, response: HttpResponse) -> None:
    """This will write down a sign-in at its first answer, later the last use, at most each five minutes a process."""
    mark, user_id = request.session.get(MARK), str(request.user.pk)
    if mark is None or not mark.startswith(user_id):
        _note_sign_in(request, response)
        return
    key, now = request.session.session_key, time.monotonic()
    if request.session.get(MARKED_KEY) == key and now - _used.get(mark, -USE_SECONDS) < USE_SECONDS:
        return
    if len(_used) > 10_000:
        _used.clear()
    _used[mark] = now
    if request.session.get(MARKED_KEY) != key:
        request.session[MARKED_KEY] = key  # a changed password gives the session another key
    rows = SignedInSession.objects.filter(pk=UUID(mark.rpartition(":")[2]))
    rows.update(session_key=key, last_used_at=timezone.now())


def _note_sign_in(request: HttpRequest, response: HttpResponse) -> None:
    user = User.objects.get(pk=str(request.user.pk))
    if request.session.session_key is None:
        request.session.save()
    key = str(request.session.session_key)
    row, _new = SignedInSession.objects.update_or_create(
        session_key=key,
        defaults={"user": user, "user_agent": client().user_agent, "ip": client().ip, "last_used_at": timezone.now()},
    )
    request.session[MARK], request.session[MARKED_KEY] = f"{user.pk}:{row.pk}", key
    browser = request.COOKIES.get(BROWSER_COOKIE, "")
    known = SecurityEvent.objects.filter(user=user, kind=SecurityEvent.Kind.SIGNED_IN)
    is_first = not known.exists()
    is_new = not browser or not known.filter(browser_hash=_hash(browser)).exists()
    browser = browser or secrets.token_urlsafe(24)
    set_cookie(response, BROWSER_COOKIE, browser, BROWSER_LIFE)
    note(user, SecurityEvent.Kind.SIGNED_IN, browser_hash=_hash(browser))
    _forget_ended(user)
    if is_new and not is_first:
        context = {"device": device_name(client().user_agent), "ip": client().ip or "", "at": timezone.now()}
        tell(user, "new_device", context)


def _forget_ended(user: User) -> None:
    """Sessions that are over leave no row behind."""
    rows = SignedInSession.objects.filter(user=user)
    living = Session.objects.filter(session_key__in=list(rows.values_list("session_key", flat=True)))
    rows.exclude(session_key__in=living.values("session_key")).delete()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
