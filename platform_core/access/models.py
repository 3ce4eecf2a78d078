"""Credentials of programs, and the memory that makes their calls repeatable."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from guardian.managers import UserObjectPermissionManager
from guardian.models import BaseObjectPermission, UserObjectPermissionBase

from platform_core.kits.personal_data import NoPersonalData, PersonalData
from platform_core.kits.tenancy.fields import TenantForeignKey
from platform_core.kits.tenancy.models import OrganizationOwned, OrganizationOwnedQuerySet
from platform_core.organizations.models import Membership, Team


class ApiKey(OrganizationOwned):
    """An organization's secret for programs. Only its SHA-256 is kept; the secret is shown once.

    A key that another key made (``made_by_key``) is revoked with its maker.
    """

    personal_data = PersonalData(
        subject="created_by",
        purpose="showing who made the key",
        retention="one year after it was revoked",
        export=("name", "created_at"),
        erasure="anonymize",
    )

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=16)
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=60), default=list)
    is_test = models.BooleanField(default=False)  # all for real but the last step; what it makes is marked and wiped
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    made_by_key = TenantForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="made_keys")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class IdempotencyRecord(OrganizationOwned):
    """What a POST with an ``Idempotency-Key`` was and answered. Committed first under a lease; kept 24 hours."""

    personal_data = NoPersonalData("hashes, and answers that name objects by id")

    principal = models.CharField(max_length=60)
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    lease_until = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "principal", "key"], name="idempotency_once")]


class ApiRequest(OrganizationOwned):
    """A call of the API by a key: what was asked and how it ended. Written in batches after the answer, kept seven days."""

    personal_data = NoPersonalData("calls of programs: no bodies, no query strings, no addresses")

    key = TenantForeignKey(ApiKey, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    status = models.PositiveSmallIntegerField()
    ms = models.PositiveIntegerField()
    request_id = models.CharField(max_length=64)
    code = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organization", "key", "-id"], name="api_request_of_key"),
            models.Index(fields=["at"], name="api_request_age"),
        ]


class ApiDay(OrganizationOwned):
    """How many calls an organization's live keys made on a day of its time zone: what figures are read from. Kept 25 months."""

    personal_data = NoPersonalData("counts of calls of programs")

    day = models.DateField()
    calls = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "day"], name="api_day_once")]
        indexes = [models.Index(fields=["day"], name="api_day_old")]


class KeyPlace(OrganizationOwned):
    """From where a key has been used: a network (or what ``KEY_PLACE_RESOLVER`` says), once each. The first is its home."""

    personal_data = NoPersonalData("networks of programs: sixteen bits of an address")

    key = TenantForeignKey(ApiKey, models.CASCADE, related_name="+")
    place = models.CharField(max_length=60)
    first_used_at = models.DateTimeField(auto_now_add=True)
    judged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "key", "place"], name="key_place_once")]
        indexes = [models.Index(fields=["id"], name="key_place_new", condition=models.Q(judged_at=None))]


class PersonShare(OrganizationOwned, UserObjectPermissionBase):
    """One object shared with one member: ``permission`` is Django's *view* (read) or *change* (edit, which reads too).

    A table a shareable model: it adds ``content_object`` by a TenantForeignKey. Goes with the membership and the object.
    """

    membership = TenantForeignKey(Membership, models.CASCADE, related_name="+")
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserObjectPermissionManager.from_queryset(OrganizationOwnedQuerySet)()  # type: ignore[assignment,misc]

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["organization", "content_object", "membership"], name="%(class)s_once")
        ]


class TeamShare(OrganizationOwned, BaseObjectPermission):
    """One object shared with a team, as ``PersonShare`` is with a person. Not guardian's group table: groups know no tenant."""

    team = TenantForeignKey(Team, models.CASCADE, related_name="+")
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["organization", "content_object", "team"], name="%(class)s_once")
        ]

    def __str__(self) -> str:
        return f"{self.team_id} {self.permission.codename}"
