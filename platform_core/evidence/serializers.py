"""What the API says of a verified log."""

from typing import Any

from rest_framework import serializers


class TouchedFilterSerializer(serializers.Serializer[Any]):
    days = serializers.ChoiceField(
        required=False, choices=("1", "7", "30", "90"), help_text="The last days; 7 if not said."
    )
    since = serializers.DateField(required=False, help_text="From this day on; outranks `days`.")
    until = serializers.DateField(required=False, help_text="To this day, the whole of it; with `since`.")
    what = serializers.ChoiceField(
        required=False, choices=("changes", "downloads", "denied"), help_text="Which events."
    )


class TouchedSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="`key` or `member`.")
    name = serializers.CharField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    events = serializers.IntegerField(help_text="Audit events in the window.")
    calls = serializers.IntegerField(help_text="API calls in the window; they are kept seven days.")
    living_keys = serializers.IntegerField(help_text="Keys that revoking everything ends.")


class RevokedSerializer(serializers.Serializer[Any]):
    keys = serializers.IntegerField()
    sessions = serializers.IntegerField()
    shares = serializers.IntegerField()


class FaultSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(
        help_text="`altered`, `deleted`, `inserted`, `reordered`, `backdated`, `gone_before_seal`, `truncated`, "
        "`rewritten` or `forged_checkpoint`."
    )
    sequence = serializers.IntegerField(help_text="The record's place in the chain; 0 where it has none.")
    event_id = serializers.CharField(help_text="Id of the audit event; '' where it is not known any more.")
    at = serializers.CharField()
    action = serializers.CharField()
    text = serializers.CharField(help_text="The fault in words.")


class ReportSerializer(serializers.Serializer[Any]):
    whole = serializers.BooleanField(help_text="Nothing was altered, deleted, inserted or reordered.")
    checked = serializers.IntegerField()
    waiting = serializers.IntegerField(help_text="Events that no seal covers yet; they are sealed within seconds.")
    erased = serializers.IntegerField(help_text="Records whose personal data was erased by request.")
    first_sequence = serializers.IntegerField()
    last_sequence = serializers.IntegerField()
    head = serializers.CharField(help_text="Hash of the last link, hexadecimal: keep it to check the log yourself.")
    checkpoints = serializers.IntegerField(help_text="Signed heads that were compared.")
    signed_sequence = serializers.IntegerField()
    signed_at = serializers.CharField()
    faults = FaultSerializer(many=True, help_text="The first 20, the first one first.")


class VerificationSerializer(serializers.Serializer[Any]):
    job_id = serializers.UUIDField()
    state = serializers.CharField(help_text="`done`, or `partial` and `failed` where faults were found.")
    report = ReportSerializer(allow_null=True, help_text="Null while a long log is verified in the background.")
