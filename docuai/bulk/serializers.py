"""What the API takes and shows about runs, their rows and documents."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from docuai.bulk.models import RunRow
from docuai.bulk.services.launching import BAD_ROWS
from platform_core.jobs.models import Job
from platform_core.kits.api.strict import LanguageField, StrictSerializer

STATES = ", ".join(f"`{state}`" for state in Job.State.values)
ROW_STATES = ", ".join(f"`{state}`" for state in RunRow.State.values)


@extend_schema_field({"type": "array", "items": {"type": "object", "additionalProperties": True}})
class RowsField(serializers.Field):  # type: ignore[type-arg]
    """Rows as they are; each is checked against the template's schema later."""

    def to_internal_value(self, data: Any) -> list[Any]:
        """This will take a list."""
        if not isinstance(data, list):
            raise serializers.ValidationError(_("Send a list of objects."))
        return data


class OptionsSerializer(StrictSerializer):
    format = serializers.ChoiceField(required=False, choices=["pdf", "docx"], help_text="`docx` for Word templates.")
    language = LanguageField(required=False, allow_blank=True, help_text="Of all documents; without it each row's own.")
    file_name = serializers.CharField(
        required=False, max_length=200, help_text="Pattern, such as `{row:04}-{name:slug}`."
    )
    mapping = serializers.DictField(
        required=False,
        help_text='Column by field: `{"name": "Full name", "hours": {"column": "h", "transforms": []}}`. '
        "Without it columns are matched by their names, where there is no doubt.",
    )
    on_bad_rows = serializers.ChoiceField(
        required=False,
        choices=BAD_ROWS,
        help_text="`keep`: they become failed rows; `leave_out`; `refuse`: nothing is started.",
    )
    pdf_a = serializers.BooleanField(required=False, help_text="PDF/A-3a and PDF/UA-1; true if not said.")
    keep_days = serializers.IntegerField(required=False, min_value=1, max_value=3650, help_text="90 if not said.")
    sequence = serializers.CharField(
        required=False, allow_blank=True, max_length=60, help_text="Name of a gap-free number sequence."
    )
    encoding = serializers.CharField(required=False, max_length=20, help_text="Of the file, where it is not certain.")
    delimiter = serializers.CharField(required=False, max_length=1, trim_whitespace=False)
    header_row = serializers.IntegerField(required=False, min_value=0, max_value=1000)
    decimal = serializers.ChoiceField(required=False, choices=[".", ","])
    sheet = serializers.CharField(required=False, max_length=100)


class NewRunSerializer(StrictSerializer):
    template = serializers.CharField(max_length=120, help_text="Slug of the template.")
    version = serializers.CharField(
        required=False, max_length=40, help_text="Id or number of a version; the published one if not said."
    )
    rows = RowsField(required=False, help_text="The rows themselves: values by the template's fields. At most 20,000.")
    file = serializers.FileField(
        required=False, allow_empty_file=True, help_text="CSV, XLSX, JSON or JSON Lines, in multipart/form-data."
    )
    file_id = serializers.UUIDField(required=False, help_text="A finished upload with the purpose `docuai.table`.")
    options = OptionsSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """This will see that there is one table."""
        given = [name for name in ("rows", "file", "file_id") if name in attrs]
        if len(given) != 1:
            raise serializers.ValidationError(_("Send one of rows, file and file_id."), code="one_table")
        return attrs


class RunFormSerializer(serializers.Serializer[Any]):
    """The same in multipart/form-data."""

    template = serializers.CharField(help_text="Slug of the template.")
    version = serializers.CharField(required=False)
    file = serializers.FileField(help_text="CSV, XLSX, JSON or JSON Lines, up to 25 MB; larger ones as an upload.")
    options = serializers.CharField(required=False, help_text="The options as a JSON object.")


class RunFilterSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(required=False, choices=Job.State.values)
    template = serializers.CharField(required=False, max_length=120, help_text="Slug of a template.")
    test = serializers.BooleanField(
        required=False, help_text="What test keys made, or what is live. A key sees its own kind if not said."
    )


class CountsSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    queued = serializers.IntegerField()
    running = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    canceled = serializers.IntegerField()


class PinnedVersionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()


class RunSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    test = serializers.BooleanField(read_only=True, help_text="Made by a test key: its documents carry TEST.")
    state = serializers.CharField(help_text=STATES)
    template = serializers.CharField(help_text="Slug.")
    version = PinnedVersionSerializer()
    table_name = serializers.CharField()
    counts = CountsSerializer()
    job = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    keep_until = serializers.DateField(allow_null=True)


class FullRunSerializer(RunSerializer):
    stage = serializers.CharField(help_text="`reading` the table, or `rendering`.")
    reason = serializers.CharField(help_text="Why it waits or ended, where there is something to say.")
    options = serializers.DictField()


class RowErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    hint = serializers.CharField()
    pointer = serializers.CharField(help_text="JSON pointer into the row's data.")


class DocumentSerializer(serializers.Serializer[Any]):
    version = serializers.IntegerField()
    state = serializers.CharField(help_text="`valid` or `void`.")
    file_name = serializers.CharField()
    content_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    pages = serializers.IntegerField()
    void_reason = serializers.CharField()
    created_at = serializers.DateTimeField()


class RowFilterSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(required=False, choices=RunRow.State.values)


class RowSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    state = serializers.CharField(help_text=ROW_STATES)
    file_name = serializers.CharField()
    email = serializers.CharField()
    error = RowErrorSerializer(allow_null=True)
    document = DocumentSerializer(allow_null=True, help_text="The valid one.")


class FullRowSerializer(RowSerializer):
    data = serializers.DictField()  # type: ignore[assignment]
    language = serializers.CharField()
    documents = DocumentSerializer(many=True, help_text="All versions, the newest first.")


class CorrectionSerializer(StrictSerializer):
    data = serializers.DictField(  # type: ignore[assignment]
        help_text="The values to change, as a JSON merge patch (RFC 7396): null removes a value, the rest stays."
    )
    email = serializers.EmailField(required=False, allow_blank=True)
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=300)
    send = serializers.BooleanField(default=False, help_text="Mail the new version to the row's address.")


class CorrectedFileSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(allow_empty_file=True, help_text="The CSV of failed rows, corrected.")


class RowFaultSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField()
    pointer = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class CorrectionsSerializer(serializers.Serializer[Any]):
    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    faults = RowFaultSerializer(many=True, help_text="What is still wrong; those rows stay as they are.")


class MailingSerializer(StrictSerializer):
    subject = serializers.CharField(
        required=False, max_length=300, help_text="`{name}` and other fields may stand in it."
    )
    text = serializers.CharField(required=False, max_length=20_000)


class AskedSerializer(serializers.Serializer[Any]):
    job = serializers.UUIDField(help_text="`GET …/jobs/{id}/` says how far it is.")
    kind = serializers.CharField()
    state = serializers.CharField(help_text=STATES)
    total = serializers.IntegerField()
