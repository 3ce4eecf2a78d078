"""What the API shows of test data."""

from typing import Any

from rest_framework import serializers

from platform_core.mail.models import OutgoingMail


class TestMailSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.CharField(
        help_text=", ".join(f"`{state}`" for state in OutgoingMail.State.values) + "; `sent` is: in the test inbox."
    )
    kind = serializers.CharField()
    to_address = serializers.CharField()
    subject = serializers.CharField()
    job_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)


class TestAttachmentSerializer(serializers.Serializer[Any]):
    index = serializers.IntegerField()
    file_name = serializers.CharField()
    content_type = serializers.CharField()
    size_bytes = serializers.IntegerField(allow_null=True)


class FullTestMailSerializer(TestMailSerializer):
    from_name = serializers.CharField()
    message_id = serializers.CharField()
    text_body = serializers.CharField()
    html_body = serializers.CharField()
    error = serializers.CharField()
    attachments = TestAttachmentSerializer(many=True)


class TestDataSerializer(serializers.Serializer[Any]):
    counts = serializers.DictField(
        child=serializers.IntegerField(), help_text="How much there is of each kind: `runs`, `mails`, `jobs`, `files`."
    )
    total = serializers.IntegerField()
    job = serializers.UUIDField(allow_null=True, help_text="The deletion that goes on.")


class WipeSerializer(serializers.Serializer[Any]):
    job = serializers.UUIDField(help_text="Its state and counts stand under `jobs/`.")
    state = serializers.CharField()
    total = serializers.IntegerField()
