"""Ciphertext put where it does not belong: refused, and the cell is named. Keys rotated and destroyed.

The attacker here holds the database: every row may be written, no key may be had.
"""

from datetime import timedelta

import pytest
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from platform_core.audit.models import AuditEvent
from platform_core.kits.crypto import envelope
from platform_core.kits.crypto.envelope import CiphertextError
from platform_core.kits.crypto.fields import blind_index
from platform_core.kits.crypto.keyring import KeyDestroyedError, KeyMissingError, KeyRetiredError
from platform_core.kits.crypto.wrapping import WrappingError
from platform_core.kits.tenancy.scope import service, tenant, unscoped
from platform_core.vault import services
from platform_core.vault.keyring import KEYRING
from platform_core.vault.models import DataKey
from platform_core.webhooks.models import WebhookEndpoint, WebhookSource
from tests.factories.organizations import make_organization

TABLE = "platform_core_webhookendpoint"


@pytest.fixture(autouse=True)
def frame():
    KEYRING.forget()
    with unscoped():
        yield
    KEYRING.forget()


@pytest.fixture
def andina(db):
    return make_organization("andina")


@pytest.fixture
def norte(db):
    return make_organization("norte")


def endpoint(organization, secret, former=None):
    with tenant(organization.pk):
        return WebhookEndpoint.objects.create(
            organization=organization,
            url="https://hooks.example",
            event_types=["*"],
            sealed_secret=secret,
            sealed_former=former,
        )


def cell(row, column="sealed_secret"):
    with service("attack"), connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {row._meta.db_table} WHERE id = %s", [row.pk])
        return bytes(cursor.fetchone()[0])


def put(row, value, column="sealed_secret"):
    with service("attack"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {row._meta.db_table} SET {column} = %s WHERE id = %s", [value, row.pk])


def secret_of(row):
    with tenant(row.organization_id):
        return type(row).objects.get(pk=row.pk).sealed_secret


def test_the_database_holds_ciphertext_and_the_row_reads_its_text(andina):
    row = endpoint(andina, "whsec_first")

    assert b"whsec" not in cell(row)
    assert secret_of(row) == "whsec_first"


def test_ciphertext_of_another_row_is_refused_and_the_cell_is_named(andina):
    first, second = endpoint(andina, "first"), endpoint(andina, "second")
    put(second, cell(first))

    with pytest.raises(CiphertextError, match=rf"^{TABLE}.sealed_secret of row {second.pk}: changed, or moved"):
        secret_of(second)


def test_ciphertext_of_another_column_is_refused(andina):
    row = endpoint(andina, "present", former="former")
    put(row, cell(row, "sealed_former"))

    with pytest.raises(CiphertextError, match="moved here"):
        secret_of(row)


def test_ciphertext_of_another_table_is_refused(andina):
    row = endpoint(andina, "one")
    with tenant(andina.pk):
        source = WebhookSource(organization=andina, pk=row.pk, name="s", sealed_secret="two")
        source.save(force_insert=True)
    put(row, cell(source))

    with pytest.raises(CiphertextError, match="moved here"):
        secret_of(row)


def test_ciphertext_of_another_organization_is_refused(andina, norte):
    ours, theirs = endpoint(andina, "ours"), endpoint(norte, "theirs")
    put(ours, cell(theirs))

    with pytest.raises(CiphertextError, match="moved here"):
        secret_of(ours)


def test_a_row_moved_to_another_organization_does_not_open_there(andina, norte):
    row, _other = endpoint(andina, "ours"), endpoint(norte, "theirs")
    with service("attack"):
        WebhookEndpoint.objects.filter(pk=row.pk).update(organization=norte)
    row.organization_id = norte.pk

    with pytest.raises(CiphertextError, match="moved here"):
        secret_of(row)


@pytest.mark.parametrize("cut", [0, 1, 15, 30])
def test_ciphertext_cut_short_is_refused(andina, cut):
    row = endpoint(andina, "whsec_first")
    put(row, cell(row)[:cut])

    with pytest.raises(CiphertextError, match="cut short"):
        secret_of(row)


def test_one_changed_bit_anywhere_is_refused(andina):
    row = endpoint(andina, "x")
    whole = cell(row)
    for place in range(len(whole)):
        put(row, whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises((CiphertextError, KeyMissingError)):
            secret_of(row)


def test_a_version_of_the_key_that_is_not_there_is_refused_by_number(andina):
    row = endpoint(andina, "x")
    put(row, envelope.prefix(7) + cell(row)[envelope.PREFIX_LENGTH :])

    with pytest.raises(KeyMissingError, match="no data key 7"):
        secret_of(row)


def test_a_data_key_of_another_organization_does_not_unwrap(andina, norte):
    row, _theirs = endpoint(andina, "x"), endpoint(norte, "y")
    with service("attack"):
        theirs = DataKey.objects.get(organization=norte, purpose="data")
        DataKey.objects.filter(organization=andina).update(wrapped=bytes(theirs.wrapped))
    KEYRING.forget()

    with pytest.raises(WrappingError, match="belongs to another organization"):
        secret_of(row)


def test_after_a_rotation_an_old_copy_put_back_is_refused(andina):
    row = endpoint(andina, "x")
    old = cell(row)
    call_command("rotate_keys", "--data", "--organization", "andina")
    assert cell(row).startswith(envelope.prefix(2))
    assert secret_of(row) == "x"
    with tenant(andina.pk):
        DataKey.objects.filter(version=1).update(superseded_at=timezone.now() - timedelta(minutes=11))
    call_command("rotate_keys", "--data", "--organization", "andina")

    put(row, old)
    with pytest.raises(KeyRetiredError, match="data key 1 .* rotated away"):
        secret_of(row)


def test_a_rotation_that_was_stopped_goes_on_where_it_was(andina):
    rows = [endpoint(andina, f"secret {n}") for n in range(5)]
    with tenant(andina.pk):
        version = services.begin_rotation(actor=None, organization=andina, now=timezone.now())
    late = endpoint(andina, "late")
    assert cell(late).startswith(envelope.prefix(2))
    assert cell(rows[0]).startswith(envelope.prefix(1))

    call_command("rotate_keys", "--data")

    assert version == 2
    assert {cell(row)[: envelope.PREFIX_LENGTH] for row in [*rows, late]} == {envelope.prefix(2)}
    assert [secret_of(row) for row in rows] == [f"secret {n}" for n in range(5)]
    with tenant(andina.pk):
        assert DataKey.objects.filter(purpose="data").count() == 2


def test_a_new_wrapping_key_wraps_anew_and_the_former_may_then_go(andina, settings, tmp_path):
    file = tmp_path / "keys"
    settings.ENCRYPTION_KEYS = f"{file.as_uri()}?first"
    row = endpoint(andina, "x")
    former = file.read_text()
    settings.ENCRYPTION_KEYS = f"{file.as_uri()}?both"
    file.write_text("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n" + former)
    call_command("rotate_keys")
    file.write_text("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=\n")
    settings.ENCRYPTION_KEYS = f"{file.as_uri()}?second"
    KEYRING.forget()

    assert secret_of(row) == "x"
    with tenant(andina.pk):
        assert AuditEvent.objects.filter(action="vault.rewrapped").count() == 1
    file.write_text(former)
    settings.ENCRYPTION_KEYS = f"{file.as_uri()}?former"
    KEYRING.forget()
    with pytest.raises(WrappingError, match="ENCRYPTION_KEYS holds no key"):
        secret_of(row)


def test_destroyed_keys_make_one_organization_unreadable_for_good_and_no_other(andina, norte):
    ours, theirs = endpoint(andina, "ours"), endpoint(norte, "theirs")
    assert secret_of(ours) == "ours"

    with pytest.raises(CommandError, match="names differ"):
        call_command("destroy_keys", "andina", "--confirm", "norte", "--reason", "x")
    assert secret_of(ours) == "ours"
    call_command("destroy_keys", "andina", "--confirm", "andina", "--reason", "contract ended")

    with pytest.raises(KeyDestroyedError, match="destroyed"):
        secret_of(ours)
    with pytest.raises(KeyDestroyedError), transaction.atomic():
        endpoint(andina, "new")
    assert secret_of(theirs) == "theirs"
    with tenant(andina.pk):
        assert not DataKey.objects.exclude(wrapped=b"").exists()
        record = AuditEvent.objects.get(action="vault.destroyed")
    assert record.changes == {"keys": [1, 0], "reason": [None, "contract ended"]}


def test_a_cell_can_be_neither_compared_nor_set_without_its_row(andina):
    row = endpoint(andina, "x")
    with tenant(andina.pk):
        with pytest.raises(FieldError):
            WebhookEndpoint.objects.filter(sealed_secret="x").exists()
        with pytest.raises(TypeError, match="bound to its row"), transaction.atomic():
            WebhookEndpoint.objects.update(sealed_secret="y")
    assert secret_of(row) == "x"


def test_look_up_values_differ_between_organizations_and_columns_and_repeat_in_one(andina, norte):
    with tenant(andina.pk):
        ours = blind_index(WebhookEndpoint, "email_index", andina.pk, "ana@andina.example")
        assert blind_index(WebhookEndpoint, "email_index", andina.pk, "ana@andina.example") == ours
        assert blind_index(WebhookEndpoint, "other_index", andina.pk, "ana@andina.example") != ours
    with tenant(norte.pk):
        assert blind_index(WebhookEndpoint, "email_index", norte.pk, "ana@andina.example") != ours
