"""Columns that the database holds encrypted: ``EncryptedField``, and ``BlindIndex`` to find a row by one of them.

A value is decrypted when an attribute is first read, not when the row is: the field knows its row by then. Reading
``.values()`` gives the ciphertext. Writing goes through an instance (``save``, ``bulk_create``): ``update`` knows no row.
"""

from typing import Any
from uuid import UUID

from django.core import checks
from django.db import models
from django.db.models.query_utils import DeferredAttribute

from platform_core.kits.crypto.envelope import Cell, blind, decrypt, encrypt
from platform_core.kits.crypto.keyring import keyring

WRITE_BY_INSTANCE = "An encrypted value is bound to its row: set it on the instance and save that"


class Sealed(bytes):
    """Ciphertext as it stands in the database."""


class _Attribute(DeferredAttribute):
    """Decrypts at the first reading and keeps the text on the instance."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is None:
            return self
        value = (
            instance.__dict__[self.field.attname]
            if self.field.attname in instance.__dict__
            else super().__get__(instance, cls)
        )
        if isinstance(value, Sealed):
            value = instance.__dict__[self.field.attname] = read(value, cell_of(instance, self.field))
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        """With it Python asks ``__get__`` also for what stands on the instance."""
        instance.__dict__[self.field.attname] = value


class EncryptedField(models.TextField):  # type: ignore[type-arg]
    """Text of an organization's row, encrypted under that organization's data key and bound to table, column and row."""

    descriptor_class = _Attribute

    def get_internal_type(self) -> str:
        return "BinaryField"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Sealed | None:
        """This will mark what comes from the database; nothing is decrypted yet."""
        return None if value is None else Sealed(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """This will encrypt for the row; what was never read goes back as it came."""
        value = model_instance.__dict__.get(self.attname)
        return write(value, cell_of(model_instance, self)) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        return value

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """This will let ciphertext through and nothing else."""
        if value is None or isinstance(value, Sealed):
            return value if value is None else connection.Database.Binary(value)
        raise TypeError(f"{self}: {WRITE_BY_INSTANCE}.")

    def get_lookup(self, lookup_name: str) -> Any:
        """Nothing can be compared with ciphertext but whether there is any; ``BlindIndex`` finds rows."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """This will also ask for the organization whose key encrypts."""
        found = super().check(**kwargs)
        if "organization" not in {field.name for field in self.model._meta.get_fields()}:
            found.append(checks.Error("An EncryptedField needs a row of an organization.", obj=self, id="crypto.E001"))
        return found


class BlindIndex(models.CharField):  # type: ignore[type-arg]
    """Finds rows by the exact text of an encrypted column beside it: ``filter(email_index=blind_index(…))``.

    Tells whoever reads the table which rows of one organization hold the same text, and nothing else.
    """

    def __init__(self, of: str, **kwargs: Any) -> None:
        self.of = of
        super().__init__(**{"max_length": 64, "editable": False, "db_index": True, "blank": True, **kwargs})

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, [self.of, *args], kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """This will follow the column beside it."""
        if isinstance(model_instance.__dict__.get(self.of), Sealed):  # never read, so never changed
            return getattr(model_instance, self.attname)
        text = getattr(model_instance, self.of)
        owner: UUID = model_instance.organization_id  # type: ignore[attr-defined]
        found = "" if text is None else blind_index(type(model_instance), self.name, owner, text)
        setattr(model_instance, self.attname, found)
        return found


def blind_index(model: type[models.Model], column: str, organization_id: UUID, text: str) -> str:
    """This will give what ``column`` of ``model`` holds where the encrypted text is ``text``; spaces and case count."""
    return blind(text, table=model._meta.db_table, column=column, key=keyring().index_key(organization_id))


def cell_of(instance: models.Model, field: "models.Field[Any, Any]") -> Cell:
    """This will name the cell of an instance."""
    organization_id: UUID = instance.organization_id  # type: ignore[attr-defined]
    return Cell(instance._meta.db_table, str(field.column), str(instance.pk), organization_id)


def read(value: bytes, cell: Cell) -> str:
    """This will decrypt a cell; raises CryptoError."""
    return decrypt(bytes(value), cell, lambda version: keyring().of_version(cell.organization_id, version))


def write(text: str, cell: Cell) -> Sealed:
    """This will encrypt a cell under the organization's present key."""
    version, key = keyring().current(cell.organization_id)
    return Sealed(encrypt(text, cell, version=version, key=key))
