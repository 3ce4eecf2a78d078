"""Taking a person's data out of the logs: words, values, address and program go, who did what by reference stays.

The chain covers what goes by a salted digest alone (``canonical``): with the salt dropped nobody can guess it, and the
record still proves the rest. Which records were erased is signed in the journal before they are: a record that somebody
blanked by hand is altered. Only the owner of the tables may do it; the command ``erase_from_audit`` connects as the owner.
"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from platform_core.accounts.models import User
from platform_core.audit.services import audit
from platform_core.evidence import checkpoints
from platform_core.evidence.models import AuditPending

CHUNK = 1000
# By the person (address and program are theirs), on their memberships, or with their name or address in words or values.
# The address counts as a whole only: ana@x.co does not stand in mariana@x.co. The name counts where the person was ever at
# home: anybody may be called “editor”, or as somebody else is, and the logs of strangers say nothing of them.
FOUND = """
SELECT s.id, s.sequence, encode(s.seal_hash, 'hex') FROM platform_core_auditseal s
JOIN platform_core_auditevent e ON e.organization_id = s.organization_id AND e.id = s.id
WHERE s.organization_id = %(organization)s AND s.salt IS NOT NULL AND s.sequence > %(after)s
    AND e.action <> 'audit.erase' AND (
    e.actor_id = %(person)s OR e.as_person_id = %(person)s OR e.target_id = %(id)s OR e.target_id IN (
        SELECT h.row_id::text FROM platform_core_rowhistory h
        WHERE h.organization_id = %(organization)s AND h.table = 'platform_core_membership'
          AND coalesce(h.new, h.old) ->> 'user_id' = %(id)s)
    OR (strpos(lower(e.target_label), %(email)s) > 0 AND lower(e.target_label) ~ %(whole)s)
    OR (strpos(lower(e.changes::text), %(email)s) > 0 AND lower(e.changes::text) ~ %(whole)s)
    OR (%(name)s <> '' AND %(at_home)s AND (e.target_label = %(name)s OR strpos(e.changes::text, to_jsonb(%(name)s::text)::text) > 0)))
ORDER BY s.sequence LIMIT %(chunk)s
"""
BLANK = """
UPDATE platform_core_auditevent SET target_label = '', ip = NULL, user_agent = '', changes = (
    SELECT coalesce(jsonb_object_agg(k, '[null, null]'::jsonb), '{}') FROM jsonb_object_keys(changes) k)
WHERE organization_id = %s AND id = ANY(%s)
"""
AT_HOME = """
SELECT EXISTS (SELECT FROM platform_core_membership WHERE organization_id = %(organization)s AND user_id = %(person)s)
    OR EXISTS (SELECT FROM platform_core_rowhistory h
               WHERE h.organization_id = %(organization)s AND h.table = 'platform_core_membership'
                 AND coalesce(h.new, h.old) ->> 'user_id' = %(id)s)
    OR EXISTS (SELECT FROM platform_core_auditevent WHERE organization_id = %(organization)s AND actor_id = %(person)s)
"""
UNSALT = "UPDATE platform_core_auditseal SET salt = NULL WHERE organization_id = %s AND id = ANY(%s)"
Found = tuple[UUID, int, str]


def traces(organization_id: UUID, person: User) -> Iterator[list[Found]]:
    """This will find the sealed records that speak of a person, in chunks: id, number, hash of the link."""
    asked: dict[str, Any] = {
        "organization": organization_id,
        "person": person.pk,
        "id": str(person.pk),
        "chunk": CHUNK,
        "after": 0,
    }
    email = person.email.lower()
    # No sign of an address before it (but a line break as JSON writes it), nor after it.
    whole = rf"((?<![a-z0-9._%+'-])|(?<=\\[nrt])){re.escape(email)}(?![a-z0-9-]|\.[a-z0-9])"
    asked |= {"email": email, "whole": whole, "name": person.name}
    with connection.cursor() as cursor:
        cursor.execute(AT_HOME, asked)
        asked["at_home"] = cursor.fetchone()[0]
    while True:
        with connection.cursor() as cursor:
            cursor.execute(FOUND, asked)
            found: list[Found] = cursor.fetchall()
        if not found:
            return
        yield found
        asked["after"] = found[-1][1]


def waiting(organization_id: UUID) -> int:
    """This will count the records that no seal covers yet: they are erased after it."""
    return AuditPending.objects.filter(organization=organization_id).count()


def erase(organization_id: UUID, person: User) -> int:
    """This will sign, then blank what speaks of a person in one log; return how many records. As the owner, in the scope.

    Erase before the account is anonymized: records are found by its name and address too.
    """
    erased = 0
    for found in traces(organization_id, person):
        ids = [id for id, _sequence, _hash in found]
        for _id, sequence, hash in found:
            checkpoints.sign(organization_id, sequence=sequence, hash=hash, event=checkpoints.ERASED)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(BLANK, [organization_id, ids])
            cursor.execute(UNSALT, [organization_id, ids])
        erased += len(found)
    if erased:
        changes = {"records": [erased, 0]}
        by_reference = str(person.pk)
        audit(
            action="audit.erase",
            target=person,
            target_label=by_reference,
            organization_id=organization_id,
            changes=changes,
        )
    return erased
