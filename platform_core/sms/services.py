"""Queueing text messages, once for a key and within the plan; and proving that a number is one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from platform_core.audit.services import audit
from platform_core.kits.tenancy.ids import new_id
from platform_core.kits.web import numbers
from platform_core.kits.work.queue import enqueue
from platform_core.organizations.services.limits import reserve
from platform_core.sms import codes, tasks
from platform_core.sms.errors import SmsError
from platform_core.sms.models import MobileNumber, OutgoingSms
from platform_core.sms.selectors import SMS, is_offered, reachable
from platform_core.sms.transport import NotSentError, OutcomeUnknownError, hand_over
from platform_core.sms.wording import e164, fitted, segments

__all__ = ["SmsError", "ask_code", "queue_sms", "remove_number", "send_again", "verify_number"]

if TYPE_CHECKING:
    from platform_core.accounts.models import User


def queue_sms(
    *, organization_id: UUID, to: User, words: str, kind: str, idempotency_key: str, link: str = ""
) -> OutgoingSms:
    """This will store a message to a person's verified number, to be sent after the commit; a key makes it once.

    Words are shortened to one message; the link goes with them where both fit.

    Raises SmsError without a number or a gateway, and LimitReachedError where the month's messages are used up.
    """
    number = reachable([to.pk]).get(to.pk)
    if number is None:
        raise SmsError(_("There is no verified number to send to."), code="no_number")
    with transaction.atomic():
        id, text = new_id(), fitted(words, link)
        parts = segments(text)
        sms, made = OutgoingSms.objects.for_organization(organization_id).get_or_create(
            organization_id=organization_id,
            idempotency_key=idempotency_key[:160],
            defaults={"id": id, "kind": kind, "user": to, "to_number": number, "text": text[:480], "segments": parts},
        )
        if made:
            reserve(organization=organization_id, name=SMS, amount=parts, key=f"sms:{id}")
            enqueue(tasks.send_sms)
    return sms


def send_again(*, actor: User, sms: OutgoingSms) -> bool:
    """This will queue a message that failed or whose outcome is unknown: staff have decided. False in any other state."""
    with transaction.atomic():
        rows = OutgoingSms.objects.for_organization(sms.organization_id).filter(id=sms.pk).exclude(to_number="")
        waits = {"state": "queued", "handing_over_at": None, "due_at": None, "error": "", "created_at": timezone.now()}
        if not rows.filter(state__in=["failed", "unknown"]).update(**waits):
            return False
        reserve(organization=sms.organization_id, name=SMS, amount=sms.segments, key=f"sms:{sms.pk}")
        audit(
            action="sms.send_again",
            target=sms,
            target_label=sms.kind,
            organization_id=sms.organization_id,
            actor=actor,
            actor_kind="staff",
            changes={"state": [sms.state, "queued"]},
        )
        enqueue(tasks.send_sms)
    return True


def ask_code(*, actor: User, number: str) -> MobileNumber:
    """This will send a code to the number and remember that it waits; the number of before stays until then.

    Raises SmsError: no number, too soon, too often, or the gateway would not take it (then nothing waits).
    """
    if not is_offered():
        raise SmsError(_("This platform sends no text messages."), code="no_gateway")
    wanted = e164(number)
    if not wanted:
        raise SmsError(
            _("Write the number with its country, such as +34 600 111 222."), field="number", code="bad_number"
        )
    code, now = codes.new_code(), timezone.now()
    with transaction.atomic():
        row = _locked(actor)
        if row.number == wanted:
            raise SmsError(_("This number is verified already."), field="number", code="verified")
        if row.code_sent_at and now - row.code_sent_at < codes.PAUSE:
            raise SmsError(_("A code was sent less than a minute ago. Wait, then try again."), code="too_soon")
        if row.counted_from is None or now - row.counted_from >= codes.WINDOW:
            row.counted_from, row.codes = now, 0
        if row.codes >= codes.CODES:
            raise SmsError(_("Too many codes were sent today. Try again tomorrow."), code="too_many")
        row.codes, row.tries, row.asked_number, row.code_sent_at = row.codes + 1, 0, wanted, now
        row.code_hash = codes.hash_of(code, user_id=actor.pk, number=wanted)
        row.save()
    text = fitted(_("%(code)s is your code for this number. It works for ten minutes.") % {"code": code})
    try:
        hand_over(to=wanted, text=text, key=str(new_id()))
    except NotSentError as error:
        MobileNumber.objects.filter(user=actor).update(asked_number="", code_hash="")
        raise SmsError(_("The code could not be sent. Try again in a few minutes."), code="not_sent") from error
    except OutcomeUnknownError:
        pass  # it may arrive: the page asks for it, and a minute later there may be another
    return row


def verify_number(*, actor: User, code: str) -> MobileNumber:
    """This will take the number that waits as the person's own; raises SmsError, and after five wrong codes none works."""
    now = timezone.now()
    with transaction.atomic():
        row = _locked(actor)
        if not row.code_hash or not codes.is_alive(row.code_sent_at, now) or row.tries >= codes.TRIES:
            refusal = SmsError(_("This code has expired. Send a new one."), field="code", code="expired")
        elif not codes.fits(code, row.code_hash, user_id=actor.pk, number=row.asked_number):
            row.tries += 1
            row.save(update_fields=["tries"])
            refusal = _wrong(codes.TRIES - row.tries)
        else:
            row.number, row.verified_at, row.asked_number, row.code_hash = row.asked_number, now, "", ""
            row.tries = 0
            row.save()
            return row
    raise refusal


def remove_number(*, actor: User) -> bool:
    """This will forget the person's number and what waits; how many codes were sent today stays. False when there was none."""
    with transaction.atomic():
        row = _locked(actor)
        had = bool(row.number or row.asked_number)
        row.number, row.verified_at, row.asked_number, row.code_hash = "", None, "", ""
        row.save()
    return had


def _locked(actor: User) -> MobileNumber:
    MobileNumber.objects.get_or_create(user=actor)
    return MobileNumber.objects.select_for_update().get(user=actor)


def _wrong(left: int) -> SmsError:
    if not left:
        return SmsError(_("That was the last try. Send a new code."), field="code", code="used_up")
    text = ngettext("This is not the code. %(n)s try is left.", "This is not the code. %(n)s tries are left.", left) % {
        "n": numbers.write(left)
    }
    return SmsError(text, field="code", code="wrong_code")
