"""Log tampering: whatever a superuser does to the tables by raw SQL, verifying names the first record that it touched."""

import hashlib

import pytest
from django.db import connection

from platform_core.audit.models import AuditEvent
from platform_core.audit.services import audit
from platform_core.evidence import checkpoints, verifying
from platform_core.evidence.canonical import COLUMNS, NOTHING, PERSONAL, link, personal_digest, record_hash
from platform_core.evidence.models import AuditSeal
from platform_core.kits.tenancy.scope import tenant, unscoped
from tests.factories.organizations import make_organization
from tests.factories.seals import seal_all, superuser

pytestmark = pytest.mark.django_db(transaction=True)
EVENTS, SEALS = "platform_core_auditevent", "platform_core_auditseal"


@pytest.fixture(autouse=True)
def frame(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    with unscoped():
        yield


@pytest.fixture
def andina():
    """Ten events, sealed and signed."""
    organization = make_organization("andina")
    write(organization, 10)
    seal_all()
    return organization


def write(organization, count):
    with tenant(organization.pk):
        for number in range(count):
            changes = {"name": [f"N{number}", f"N{number + 1}"]}
            audit(action="organization.rename", target_label=f"L{number}", changes=changes)


def tamper(statement, *values, triggers=True):
    """This will run raw SQL as the superuser; without triggers, as somebody who knows of them would."""
    with superuser() as db:
        db.execute("SET session_replication_role = %s" % ("origin" if triggers else "replica"))
        return db.execute(statement, values).rowcount


def check(organization):
    with tenant(organization.pk):
        return verifying.verify(organization.pk)


def event_id(organization, sequence):
    with tenant(organization.pk):
        return AuditSeal.objects.get(sequence=sequence).pk


def found(report):
    return [(fault.kind, fault.sequence) for fault in report.faults]


def test_an_untouched_log_is_whole(andina):
    report = check(andina)

    assert (report.whole, report.checked, report.last_sequence, report.waiting) == (True, 10, 10, 0)
    assert (report.checkpoints, report.signed_sequence) == (1, 10)


@pytest.mark.parametrize(
    "change",
    [
        "action = 'organization.transfer'",
        "outcome = 'denied'",
        "actor_id = gen_random_uuid()",
        "at = at + interval '1 second'",
        "changes = '{}'",
        "target_label = 'Somebody else'",
        "target_id = 'x'",
        "ip = '203.0.113.9'",
        "request_id = 'other'",
    ],
)
def test_an_altered_record_is_named(andina, change):
    id = event_id(andina, 4)

    assert tamper(f"UPDATE {EVENTS} SET {change} WHERE id = %s", id) == 1

    report = check(andina)
    assert found(report) == [("altered", 4)]
    assert report.faults[0].event_id == str(id)


def test_the_first_of_several_altered_records_is_named_first(andina):
    tamper(f"UPDATE {EVENTS} SET action = 'x.y' WHERE target_label IN ('L6', 'L2', 'L8')")

    assert found(check(andina)) == [("altered", 3), ("altered", 7), ("altered", 9)]


def test_a_deleted_record_is_named(andina):
    id = event_id(andina, 5)

    tamper(f"DELETE FROM {EVENTS} WHERE id = %s", id)

    report = check(andina)
    assert found(report) == [("deleted", 5)]
    assert report.faults[0].event_id == str(id)


def test_a_record_deleted_with_its_seal_leaves_a_gap(andina):
    id = event_id(andina, 5)

    tamper(f"DELETE FROM {EVENTS} WHERE id = %s", id)
    tamper(f"DELETE FROM {SEALS} WHERE id = %s", id)

    assert found(check(andina)) == [("deleted", 5)]


def test_a_gap_closed_by_renumbering_shows_at_the_first_moved_link(andina):
    id = event_id(andina, 5)
    tamper(f"DELETE FROM {EVENTS} WHERE id = %s", id)
    tamper(f"DELETE FROM {SEALS} WHERE id = %s", id)
    tamper(f"UPDATE {SEALS} SET sequence = sequence - 101 WHERE sequence > 5")
    tamper(f"UPDATE {SEALS} SET sequence = sequence + 100 WHERE sequence < 0")

    assert found(check(andina))[0] == ("reordered", 5)


def test_a_record_deleted_before_its_seal_is_named(andina):
    write(andina, 1)
    tamper(f"DELETE FROM {EVENTS} WHERE id NOT IN (SELECT id FROM {SEALS})")
    seal_all()

    assert found(check(andina)) == [("gone_before_seal", 11)]


def test_a_record_inserted_past_the_triggers_is_named(andina):
    tamper(
        f"INSERT INTO {EVENTS} SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid()))).*"
        f" FROM {EVENTS} e WHERE target_label = 'L3'",
        triggers=False,
    )

    report = check(andina)
    assert found(report) == [("inserted", 0)]
    assert report.faults[0].action == "organization.rename"


def test_a_record_taken_out_of_the_queue_is_named_as_uncovered(andina):
    write(andina, 1)
    tamper("DELETE FROM platform_core_auditpending")

    assert found(check(andina)) == [("inserted", 0)]


def test_a_record_inserted_by_raw_sql_with_an_old_date_is_sealed_and_named(andina):
    tamper(
        f"INSERT INTO {EVENTS} SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(),"
        f" 'at', e.at - interval '3 days'))).* FROM {EVENTS} e WHERE target_label = 'L3'"
    )
    seal_all()

    assert found(check(andina)) == [("backdated", 11)]


def test_two_links_that_changed_places_are_named(andina):
    first, second = event_id(andina, 3), event_id(andina, 7)

    tamper(f"UPDATE {SEALS} SET sequence = 1000 WHERE id = %s", first)
    tamper(f"UPDATE {SEALS} SET sequence = 3 WHERE id = %s", second)
    tamper(f"UPDATE {SEALS} SET sequence = 7 WHERE id = %s", first)

    assert found(check(andina))[0] == ("reordered", 3)


def test_two_records_that_changed_ids_are_named(andina):
    first, second = event_id(andina, 3), event_id(andina, 7)
    spare = "00000000-0000-0000-0000-000000000000"

    for new, old in ((spare, first), (first, second), (second, spare)):
        tamper(f"UPDATE {EVENTS} SET id = %s WHERE id = %s", new, old, triggers=False)

    assert found(check(andina)) == [("altered", 3), ("altered", 7)]


def test_a_link_with_another_hash_is_named(andina):
    tamper(f"UPDATE {SEALS} SET seal_hash = sha256('x') WHERE sequence = 6")

    assert found(check(andina))[0] == ("reordered", 6)


def test_a_tail_cut_off_with_its_seals_shows_by_the_signed_head(andina):
    tamper(f"DELETE FROM {EVENTS} WHERE id IN (SELECT id FROM {SEALS} WHERE sequence > 7)")
    tamper(f"DELETE FROM {SEALS} WHERE sequence > 7")

    assert found(check(andina)) == [("truncated", 8)]


def test_a_log_removed_whole_shows_by_the_signed_head(andina):
    tamper(f"DELETE FROM {EVENTS}")
    tamper(f"DELETE FROM {SEALS}")

    assert found(check(andina)) == [("truncated", 1)]


def test_a_chain_rewritten_whole_shows_by_the_signed_head(andina):
    tamper(f"UPDATE {EVENTS} SET actor_kind = 'staff' WHERE target_label = 'L1'")
    rewrite(andina)

    report = check(andina)
    assert found(report) == [("rewritten", 10)]


def test_without_the_journal_a_rewritten_chain_is_consistent_and_the_report_says_that_no_head_is_signed(andina):
    tamper(f"UPDATE {EVENTS} SET actor_kind = 'staff' WHERE target_label = 'L1'")
    rewrite(andina)
    (checkpoints.folder() / f"{andina.pk}.jsonl").unlink()

    report = check(andina)
    assert (report.whole, report.checkpoints, report.signed_sequence) == (True, 0, 0)


def rewrite(organization):
    """This will do what the sealer did, over changed records: everything that needs no key."""
    with tenant(organization.pk):
        seals = list(AuditSeal.objects.order_by("sequence"))
        events = {e["id"]: e for e in AuditEvent.objects.values(*COLUMNS, *PERSONAL)}
    previous = NOTHING
    for seal in seals:
        personal = personal_digest(bytes(seal.salt), events[seal.pk])
        record = record_hash(events[seal.pk], personal)
        hash = link(
            sequence=seal.sequence,
            previous=previous,
            record=record,
            event_id=seal.pk,
            organization_id=organization.pk,
            noted_at=seal.noted_at,
        )
        tamper(
            f"UPDATE {SEALS} SET personal_digest = %s, record_hash = %s, previous_hash = %s, seal_hash = %s"
            " WHERE id = %s",
            personal,
            record,
            previous,
            hash,
            seal.pk,
        )
        previous = hash


def test_a_signed_line_that_was_changed_is_named(andina):
    file = checkpoints.folder() / f"{andina.pk}.jsonl"
    file.write_text(file.read_text().replace('"sequence": 10', '"sequence": 9'))

    assert found(check(andina)) == [("forged_checkpoint", 9)]


def test_a_line_of_another_organization_signs_nothing_here(andina):
    norte = make_organization("norte")
    write(norte, 10)
    seal_all()
    folder = checkpoints.folder()
    (folder / f"{andina.pk}.jsonl").write_bytes((folder / f"{norte.pk}.jsonl").read_bytes())

    assert found(check(andina)) == [("forged_checkpoint", 10)]


def test_a_key_that_was_rotated_still_signs_what_it_has_signed(andina, settings):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another-" + "1" * 60
    write(andina, 1)
    seal_all()

    report = check(andina)
    assert (report.whole, report.checkpoints) == (True, 2)


def test_a_record_that_was_blanked_by_hand_is_named_although_it_looks_erased(andina):
    id = event_id(andina, 2)
    tamper(
        f"UPDATE {EVENTS} SET target_label = '', ip = NULL, user_agent = '', changes = '{{\"name\": [null, null]}}'"
        " WHERE id = %s",
        id,
    )
    tamper(f"UPDATE {SEALS} SET salt = NULL WHERE id = %s", id)

    assert found(check(andina)) == [("altered", 2)]


def test_an_erasure_is_no_way_to_put_other_words_in(andina):
    id = event_id(andina, 2)
    tamper(f"UPDATE {EVENTS} SET target_label = 'Somebody else' WHERE id = %s", id)
    tamper(f"UPDATE {SEALS} SET salt = NULL WHERE id = %s", id)

    assert found(check(andina)) == [("altered", 2)]


def test_an_erased_label_cannot_be_guessed_from_its_digest(andina):
    with tenant(andina.pk):
        seal = AuditSeal.objects.get(sequence=2)
        event = AuditEvent.objects.values(*PERSONAL).get(pk=seal.pk)

    assert bytes(seal.personal_digest) == personal_digest(bytes(seal.salt), event)
    assert bytes(seal.personal_digest) != hashlib.sha256(personal_digest(b"", event)).digest()
    assert len(bytes(seal.salt)) == 16


def test_another_organizations_log_stays_whole(andina):
    norte = make_organization("norte")
    write(norte, 3)
    seal_all()
    tamper(f"UPDATE {EVENTS} SET action = 'x.y' WHERE organization_id = %s", andina.pk)

    assert check(norte).whole
    assert len(check(andina).faults) == 10


@pytest.mark.parametrize("statement", ["UPDATE {} SET action = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_app_itself_may_not_touch_the_log(andina, statement):
    with tenant(andina.pk), pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement.format(EVENTS))

    assert check(andina).whole
