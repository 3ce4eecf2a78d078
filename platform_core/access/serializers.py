"""What the API takes and shows about callers and keys."""

from typing import Any

from rest_framework import serializers

from platform_core.access.services import NAME_LENGTH


class KeyInputSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=NAME_LENGTH, help_text="What the key is for, for people.")
    scopes = serializers.ListField(
        child=serializers.CharField(max_length=60), min_length=1, max_length=100, help_text="What the key may do."
    )
    expires_at = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="When it ends by itself; never, if null."
    )
    test = serializers.BooleanField(
        required=False, default=False, help_text="A test key: all for real but the last step."
    )


class KeySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    prefix = serializers.CharField(help_text="The start of the secret, to tell keys apart.")
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="To the minute.")
    revoked_at = serializers.DateTimeField(allow_null=True)
    test = serializers.BooleanField(help_text="Whether it is a test key, `pf_test_…`.")


class NewKeySerializer(KeySerializer):
    secret = serializers.CharField(
        allow_null=True, help_text="Shown in this answer alone. A repetition by Idempotency-Key shows null."
    )


class HeldKeySerializer(serializers.Serializer[Any]):
    key = serializers.CharField(
        required=False,
        max_length=200,
        write_only=True,
        help_text="The secret; or send it as `Authorization: Bearer …`.",
    )


class MePersonSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()


class MeKeySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField(allow_null=True)
    test = serializers.BooleanField(help_text="Whether it is a test key.")


class MeOrganizationSerializer(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    name = serializers.CharField()
    role = serializers.CharField(allow_null=True, help_text="The person's role; null for a key.")
    scopes = serializers.ListField(child=serializers.CharField(), help_text="What the caller may do there.")


class MeSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="`person` or `key`.")
    person = MePersonSerializer(allow_null=True)
    key = MeKeySerializer(allow_null=True)
    organizations = MeOrganizationSerializer(many=True)


class CallFilterSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(
        required=False, choices=("2", "3", "4", "5"), help_text="First digit of the answer's status."
    )
    method = serializers.ChoiceField(
        required=False, choices=("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
    )
    q = serializers.CharField(
        required=False, max_length=100, help_text="Part of a path or of a problem's code, or a request's id."
    )


class CallSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    method = serializers.CharField()
    path = serializers.CharField(help_text="Without the query string.")
    status = serializers.IntegerField()
    ms = serializers.IntegerField(help_text="Milliseconds that the call took.")
    request_id = serializers.CharField(help_text="The answer's `X-Request-ID`; the audit log carries it too.")
    code = serializers.CharField(help_text="Code of the problem that was returned; empty if none was.")
    detail = serializers.CharField(help_text="Its detail.")
