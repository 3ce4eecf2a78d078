"""Runs: one request, its rows, the faults of its rows, and the documents that came out."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import pgettext_lazy

from docuai.library.models import DocumentTemplate, TemplateVersion
from platform_core.access.models import PersonShare, TeamShare
from platform_core.files.models import StoredFile
from platform_core.jobs.models import Job
from platform_core.kits.personal_data import NoPersonalData, PersonalData
from platform_core.kits.tenancy.constraints import SameOrganizationByStatement
from platform_core.kits.tenancy.fields import OrganizationKey, TenantForeignKey
from platform_core.kits.tenancy.models import OrganizationOwned
from platform_core.kits.work.leases import Leased

ROWS = PersonalData(
    subject="email",
    purpose="making the document the organization ordered",
    retention="the run's retention, 90 days unless chosen otherwise",
    export=("data", "file_name"),
    erasure="delete",
)


class RunDraft(OrganizationOwned):
    """A run that is being set up in the wizard: kept so that closing the page loses nothing. Deleted after 30 days."""

    personal_data = PersonalData(
        subject="created_by",
        purpose="keeping an unfinished run",
        retention="30 days after the last change",
        export=("created_at",),
        erasure="delete",
    )

    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    template = TenantForeignKey(DocumentTemplate, models.CASCADE, related_name="+")
    version = TenantForeignKey(TemplateVersion, models.CASCADE, related_name="+")
    file = TenantForeignKey(StoredFile, models.SET_NULL, null=True, blank=True, related_name="+")
    dialect = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    edits = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)
    job = TenantForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return str(self.template)


class BulkRun(OrganizationOwned):
    """One request: a version, a table, options, its rows. State and counts are its Job's. Kept until retention ends."""

    class Stage(models.TextChoices):
        READING = "reading", pgettext_lazy("run", "Reading the table")
        RENDERING = "rendering", pgettext_lazy("run", "Making documents")

    personal_data = NoPersonalData("settings and counts; persons stand in its rows")

    number = models.PositiveIntegerField()
    template = TenantForeignKey(DocumentTemplate, models.PROTECT, related_name="runs")
    version = TenantForeignKey(TemplateVersion, models.PROTECT, related_name="runs")
    job = TenantForeignKey(Job, models.PROTECT, related_name="+")
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.READING)
    is_test = models.BooleanField(default=False)  # of a test key: its documents carry TEST, nothing is booked or told
    file = TenantForeignKey(StoredFile, models.SET_NULL, null=True, blank=True, related_name="+")
    table_name = models.CharField(max_length=255, blank=True)
    dialect = models.JSONField(default=dict)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    edits = models.JSONField(default=dict)
    draft = TenantForeignKey(RunDraft, models.SET_NULL, null=True, blank=True, related_name="runs")
    created_at = models.DateTimeField(auto_now_add=True)
    keep_until = models.DateField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    purged_at = models.DateTimeField(null=True, blank=True)  # rows, documents and packs are gone; counts stay

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "number"], name="run_number_once"),
            models.UniqueConstraint(
                fields=["organization", "draft"], name="run_draft_once", condition=models.Q(draft__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["organization", "-number"], name="run_test", condition=models.Q(is_test=True))]

    def __str__(self) -> str:
        return f"Run {self.number}"


class RunRow(Leased):
    """One line of the table; makes exactly one document. Claimed by workers; numbers start at 1."""

    class State(models.TextChoices):
        QUEUED = "queued", pgettext_lazy("row", "Waiting")
        RUNNING = "running", pgettext_lazy("row", "Running")
        DONE = "done", pgettext_lazy("row", "Done")
        FAILED = "failed", pgettext_lazy("row", "Failed")
        CANCELED = "canceled", pgettext_lazy("row", "Canceled")

    personal_data = ROWS

    # A row's key is its number in its run (`row_number_once`). What another index or check implies is not paid 100,000
    # times an import: the run's key holds the organization and is looked for once a statement, waiting rows stand in
    # `row_open` alone, the others in `row_taken`, and only rows with a document in `row_document`.
    organization = OrganizationKey(on_delete=models.PROTECT, db_constraint=False)
    run = TenantForeignKey(BulkRun, models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    language = models.CharField(max_length=5, blank=True)
    data = models.JSONField()
    file_name = models.CharField(max_length=255)
    email = models.CharField(max_length=254, blank=True)
    serial = models.CharField(max_length=60, blank=True)
    error = models.JSONField(null=True, blank=True)
    document = TenantForeignKey(
        "docuai.Document", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    mail_when_done = models.BooleanField(default=False)  # corrected, and the person gets the new version

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "run", "number"], name="row_number_once"),
            SameOrganizationByStatement(field="run", name="docuai_runrow_run_same_org"),
            models.CheckConstraint(
                condition=models.Q(state="done", document__isnull=False) | ~models.Q(state="done"),
                name="row_done_has_document",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "run", "number"],
                name="row_open",
                condition=models.Q(state__in=["queued", "running"]),
            ),
            models.Index(
                fields=["organization", "run", "state", "number"],
                name="row_taken",
                condition=~models.Q(state="queued"),
            ),
            models.Index(
                fields=["organization", "document"],
                name="row_document",
                condition=models.Q(document__isnull=False),
            ),
        ]


class RowFault(OrganizationOwned):
    """What validation found in one cell of a row before launch. Kept with the draft or the run."""

    personal_data = PersonalData(
        subject="value",
        purpose="letting the organization mend its table",
        retention="with the draft or run",
        export=("number", "code", "value"),
        erasure="delete",
    )

    draft = TenantForeignKey(RunDraft, models.CASCADE, null=True, blank=True, related_name="faults")
    run = TenantForeignKey(BulkRun, models.CASCADE, null=True, blank=True, related_name="faults")
    number = models.PositiveIntegerField()
    field = models.CharField(max_length=120, blank=True)
    column = models.CharField(max_length=255, blank=True)
    code = models.CharField(max_length=40)
    message = models.CharField(max_length=500)
    value = models.CharField(max_length=500, blank=True)
    answers = ArrayField(models.CharField(max_length=200), default=list)
    details = models.JSONField(default=dict)  # what `faults.Fault.from_json` reads: words in the reader's language

    class Meta:
        indexes = [
            models.Index(fields=["organization", "draft", "number"], name="fault_draft"),
            models.Index(fields=["organization", "run", "number"], name="fault_run"),
        ]


class Document(OrganizationOwned):
    """The finished result of a row, with its own versions. Its bytes lie in a pack at ``offset_bytes``."""

    class State(models.TextChoices):
        VALID = "valid", pgettext_lazy("document", "Valid")
        VOID = "void", pgettext_lazy("document", "Void")

    personal_data = PersonalData(
        subject="row__email",
        purpose="the document the organization ordered",
        retention="the run's retention",
        export=("file_name", "created_at"),
        erasure="delete",
    )

    run = TenantForeignKey(BulkRun, models.CASCADE, related_name="documents")
    row = TenantForeignKey(RunRow, models.CASCADE, related_name="documents")
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.VALID)
    file_name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    pack_key = models.CharField(max_length=200)
    offset_bytes = models.BigIntegerField()
    size_bytes = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    crc32 = models.BigIntegerField()
    pages = models.PositiveIntegerField(default=0)
    data_hash = models.CharField(max_length=64)
    engine_fingerprint = models.CharField(max_length=120)
    void_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "row", "number"], name="document_version_once"),
            models.UniqueConstraint(
                fields=["organization", "row"], name="document_valid_once", condition=models.Q(state="valid")
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="document_sha256")]


class NumberSequence(OrganizationOwned):
    """A gap-free sequence: numbers are taken with the rows, in one transaction under this row's lock."""

    personal_data = NoPersonalData("a counter")

    name = models.CharField(max_length=60)
    next_value = models.PositiveBigIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="sequence_once")]


class RunPersonShare(PersonShare):
    """A run shared with a member."""

    personal_data = PersonalData(
        subject="user",
        purpose="what a member may read or edit",
        retention="until the share ends or the member leaves",
        export=("content_object", "created_at"),
        erasure="delete",
    )

    content_object = TenantForeignKey(BulkRun, models.CASCADE, related_name="person_shares")


class RunTeamShare(TeamShare):
    """A run shared with a team."""

    personal_data = NoPersonalData("names a team and a run")

    content_object = TenantForeignKey(BulkRun, models.CASCADE, related_name="team_shares")
