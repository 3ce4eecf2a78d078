"""Bytes with a name, a type and an owner, and the uploads that become them."""

from django.conf import settings
from django.db import models

from platform_core.kits.personal_data import PersonalData
from platform_core.kits.tenancy.fields import TenantForeignKey
from platform_core.kits.tenancy.models import OrganizationOwned


class StoredFile(OrganizationOwned):
    """A file in storage under ``storage_key``: written, fsynced and renamed before this row says ``ready``."""

    personal_data = PersonalData(
        subject="uploaded_by",
        purpose="content the organization brings or makes",
        retention="until deleted, then 30 days",
        export=("name", "size_bytes", "created_at"),
        erasure="anonymize",
    )

    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=300)
    purpose = models.CharField(max_length=40)
    is_test = models.BooleanField(
        default=False
    )  # brought by a test key or made of a test run: not booked, wiped on demand
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "storage_key"], name="file_key_once")]
        indexes = [models.Index(fields=["organization", "id"], name="file_test", condition=models.Q(is_test=True))]

    def __str__(self) -> str:
        return self.name


class Upload(OrganizationOwned):
    """A resumable upload (tus 1.0) in progress. Deleted with its bytes 24 hours after the last chunk."""

    personal_data = PersonalData(
        subject="uploaded_by",
        purpose="receiving a file in pieces",
        retention="24 hours after the last piece",
        export=(),
        erasure="delete",
    )

    name = models.CharField(max_length=255)
    purpose = models.CharField(max_length=40)
    is_test = models.BooleanField(default=False)
    length_bytes = models.BigIntegerField()
    offset_bytes = models.BigIntegerField(default=0)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    file = TenantForeignKey(StoredFile, models.SET_NULL, null=True, blank=True, related_name="+")
