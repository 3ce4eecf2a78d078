"""Background work that people see: one row a job, with state, counts and a log."""

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import pgettext_lazy

from platform_core.kits.personal_data import NoPersonalData, PersonalData
from platform_core.kits.tenancy.fields import TenantForeignKey
from platform_core.kits.tenancy.models import OrganizationOwned
from platform_core.kits.work.leases import Leased, LeasedQuerySet


class JobQuerySet(LeasedQuerySet["Job"]):
    """State changes of jobs: each is one guarded update along ``Job.TRANSITIONS``."""

    def move(self, job_id: UUID, to: str, **fields: object) -> bool:
        """This will move the job to ``to`` if its present state allows it; False when it does not."""
        sources = [state for state, targets in Job.TRANSITIONS.items() if to in targets]
        return bool(self.filter(id=job_id, state__in=sources).update(state=to, **fields))


class Job(Leased):
    """One piece of background work. Written by the services of the slice that owns the work; kept one year."""

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("job", "Queued")
        RUNNING = "running", pgettext_lazy("job", "Running")
        PAUSED = "paused", pgettext_lazy("job", "Paused")
        DONE = "done", pgettext_lazy("job", "Done")
        PARTIAL = "partial", pgettext_lazy("job", "Done with failures")
        FAILED = "failed", pgettext_lazy("job", "Failed")
        CANCELED = "canceled", pgettext_lazy("job", "Canceled")
        PARKED = "parked", pgettext_lazy("job", "Needs attention")

    OPEN: ClassVar[tuple[str, ...]] = ("queued", "running")
    ENDED: ClassVar[tuple[str, ...]] = ("done", "partial", "failed", "canceled")
    TRANSITIONS: ClassVar[dict[str, tuple[str, ...]]] = {
        "queued": ("running", "paused", "canceled", "failed", "done", "partial", "parked"),
        "running": ("queued", "paused", "done", "partial", "failed", "canceled", "parked"),
        "paused": ("queued", "running", "canceled"),
        "parked": ("queued", "canceled"),
        "done": ("queued", "running"),
        "partial": ("queued", "running"),
        "failed": ("queued",),
        "canceled": (),
    }
    personal_data = PersonalData(
        subject="started_by",
        purpose="showing who started the work",
        retention="one year",
        export=("kind", "title", "created_at"),
        erasure="anonymize",
    )

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    key_id = models.UUIDField(null=True, blank=True)
    is_test = models.BooleanField(default=False)  # made by a test key, or follows from what one made
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    reason = models.TextField(blank=True)
    subject_id = models.UUIDField(null=True, blank=True)
    parameters = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    idempotency_key = models.CharField(max_length=120, blank=True)

    objects: ClassVar[JobQuerySet] = JobQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "idempotency_key"],
                name="job_once",
                condition=~models.Q(idempotency_key=""),
            )
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="job_newest"),
            models.Index(fields=["organization", "-created_at"], name="job_test", condition=models.Q(is_test=True)),
            models.Index(
                fields=["state", "lease_until"], name="job_open", condition=models.Q(state__in=["queued", "running"])
            ),
            GinIndex("organization", OpClass(Upper("title"), name="gin_trgm_ops"), name="job_words"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def ended(self) -> bool:
        return self.state in self.ENDED


class JobLogLine(OrganizationOwned):
    """One line of a job's log: an English message id with parameters, translated when shown. Kept with the job."""

    class Level(models.TextChoices):
        INFO = "info"
        WARN = "warn"
        BAD = "bad"

    personal_data = NoPersonalData("counts and codes; names stay in the rows")

    job = TenantForeignKey(Job, models.CASCADE, related_name="log_lines")
    at = models.DateTimeField(auto_now_add=True)
    level = models.CharField(max_length=5, choices=Level, default=Level.INFO)
    message = models.CharField(max_length=300)
    parameters = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["organization", "job", "at"], name="job_log_order")]
