"""What the API shows of the audit log, and by what it can be narrowed."""

from typing import Any

from rest_framework import serializers

from platform_core.audit.models import AuditEvent


class AuditFilterSerializer(serializers.Serializer[Any]):
    action = serializers.CharField(required=False, max_length=80, help_text="Exactly this action.")
    outcome = serializers.ChoiceField(required=False, choices=AuditEvent.Outcome.values)
    actor = serializers.UUIDField(required=False, help_text="Id of a person.")
    key = serializers.UUIDField(required=False, help_text="Id of an API key.")
    target_type = serializers.CharField(required=False, max_length=60)
    target_id = serializers.CharField(required=False, max_length=64)
    request_id = serializers.CharField(required=False, max_length=64)
    since = serializers.DateTimeField(required=False, help_text="From this instant on.")
    until = serializers.DateTimeField(required=False, help_text="Before this instant.")


class AuditEventSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    actor_kind = serializers.CharField(help_text="`person`, `key`, `staff`, `system` or `anonymous`.")
    actor_id = serializers.UUIDField(allow_null=True)
    actor_name = serializers.CharField(allow_null=True)
    as_person_id = serializers.UUIDField(allow_null=True, help_text="As whom platform staff acted.")
    as_person_name = serializers.CharField(allow_null=True)
    key_id = serializers.UUIDField(allow_null=True)
    action = serializers.CharField()
    outcome = serializers.CharField(help_text="`done`, `denied` or `failed`.")
    target_type = serializers.CharField()
    target_id = serializers.CharField()
    target_label = serializers.CharField()
    changes = serializers.DictField(
        child=serializers.ListField(child=serializers.JSONField()), help_text="Field → [before, after]."
    )
    request_id = serializers.CharField()
    ip = serializers.IPAddressField(allow_null=True)
    user_agent = serializers.CharField()
