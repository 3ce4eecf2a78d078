"""What the API takes and shows about webhooks."""

from typing import Any

from rest_framework import serializers

from platform_core.kits.api.strict import StrictSerializer
from platform_core.webhooks.models import NAME_LENGTH, URL_LENGTH, WebhookEndpoint, WebhookEvent

TYPES = "`*` for everything, a product (`docuai.`), or names of event types."


class EndpointInputSerializer(StrictSerializer):
    url = serializers.CharField(max_length=URL_LENGTH, help_text="A public https address.")
    event_types = serializers.ListField(
        child=serializers.CharField(max_length=80), min_length=1, max_length=100, help_text=TYPES
    )
    description = serializers.CharField(max_length=NAME_LENGTH, required=False, allow_blank=True, default="")


class EndpointChangeSerializer(StrictSerializer):
    url = serializers.CharField(max_length=URL_LENGTH, required=False)
    event_types = serializers.ListField(
        child=serializers.CharField(max_length=80), min_length=1, max_length=100, required=False, help_text=TYPES
    )
    description = serializers.CharField(max_length=NAME_LENGTH, required=False, allow_blank=True)


class EndpointSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    url = serializers.CharField()
    description = serializers.CharField()
    event_types = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(choices=WebhookEndpoint.State.choices)
    disabled_reason = serializers.CharField(help_text="`member`, `gone` (it answered 410), `failing`, or empty.")
    disabled_at = serializers.DateTimeField(allow_null=True)
    failing_since = serializers.DateTimeField(allow_null=True, help_text="First failure since the last success.")
    last_success_at = serializers.DateTimeField(allow_null=True)
    last_failure_at = serializers.DateTimeField(allow_null=True)
    former_until = serializers.DateTimeField(allow_null=True, help_text="Until when the former secret signs too.")
    created_at = serializers.DateTimeField()


class NewEndpointSerializer(EndpointSerializer):
    secret = serializers.CharField(allow_null=True, help_text="A repetition by Idempotency-Key shows null.")


class SecretSerializer(serializers.Serializer[Any]):
    secret = serializers.CharField(allow_null=True, help_text="`whsec_` and base64, as Standard Webhooks writes it.")
    former_until = serializers.DateTimeField(allow_null=True, help_text="Until when the former secret counts too.")


class EventFilterSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=WebhookEvent.State.choices, required=False)


class EventSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    endpoint_id = serializers.UUIDField()
    type = serializers.CharField()
    state = serializers.ChoiceField(choices=WebhookEvent.State.choices)
    attempts = serializers.IntegerField(help_text="Tries since it was asked for last.")
    due_at = serializers.DateTimeField(allow_null=True, help_text="When it is tried next.")
    status_code = serializers.IntegerField(allow_null=True, help_text="Of the last answer.")
    error = serializers.CharField(help_text="Why the last try failed; empty where it did not.")
    created_at = serializers.DateTimeField()
    delivered_at = serializers.DateTimeField(allow_null=True)


class AttemptSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    event_id = serializers.UUIDField()
    type = serializers.CharField()
    cause = serializers.CharField(help_text="`event`, `retry` or `test`.")
    at = serializers.DateTimeField()
    url = serializers.CharField()
    address = serializers.CharField(help_text="The IP address that was called.")
    milliseconds = serializers.IntegerField()
    status_code = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(help_text="Empty where it was delivered.")
    detail = serializers.CharField()
    request_headers = serializers.DictField(child=serializers.CharField())
    request_body = serializers.CharField()
    response_headers = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    response_body = serializers.CharField(help_text="Its first 4 kB.")


class WindowSerializer(StrictSerializer):
    since = serializers.DateTimeField(help_text="Events from this instant on.")
    until = serializers.DateTimeField(help_text="And before this one.")


class ReplayedSerializer(serializers.Serializer[Any]):
    replayed = serializers.IntegerField()


class EventTypeSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    product = serializers.CharField(help_text="Subscribes to all types of the product.")
    example = serializers.DictField(help_text="What stands in `data`.")
    resource = serializers.CharField(
        help_text="Where the API shows it, below the organization's address; may be empty."
    )


class SourceInputSerializer(StrictSerializer):
    name = serializers.CharField(max_length=NAME_LENGTH)
    secret = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text="The other system's own; made if left out.",
    )


class SourceChangeSerializer(StrictSerializer):
    is_open = serializers.BooleanField()


class SourceSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    url = serializers.URLField(help_text="Where the other system sends to.")
    is_open = serializers.BooleanField()
    last_received_at = serializers.DateTimeField(allow_null=True)
    former_until = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class NewSourceSerializer(SourceSerializer):
    secret = serializers.CharField(allow_null=True, help_text="A repetition by Idempotency-Key shows null.")


class ReceivedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    source_id = serializers.UUIDField()
    message_id = serializers.CharField()
    body = serializers.CharField()
    received_at = serializers.DateTimeField()
