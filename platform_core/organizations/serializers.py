"""What the API shows of an organization and its members."""

from typing import Any

from rest_framework import serializers


class OrganizationSerializer(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    name = serializers.CharField()
    default_language = serializers.CharField()
    region = serializers.CharField()
    time_zone = serializers.CharField()
    created_at = serializers.DateTimeField()


class MemberSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()
    role = serializers.CharField()
    joined_at = serializers.DateTimeField()
