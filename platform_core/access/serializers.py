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


class KeySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    prefix = serializers.CharField(help_text="The start of the secret, to tell keys apart.")
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="To the minute.")
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewKeySerializer(KeySerializer):
    secret = serializers.CharField(
        allow_null=True, help_text="Shown in this answer alone. A repetition by Idempotency-Key shows null."
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
