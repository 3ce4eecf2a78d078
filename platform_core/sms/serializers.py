"""What the API shows and takes of a person's mobile number."""

from typing import Any

from rest_framework import serializers


class MobileSerializer(serializers.Serializer[Any]):
    is_offered = serializers.BooleanField(help_text="Whether this platform sends text messages at all.")
    number = serializers.CharField(help_text="Your verified number in E.164; empty where there is none.")
    verified_at = serializers.DateTimeField(allow_null=True)
    waits_for_code = serializers.CharField(help_text="The number that a code was sent to; empty where none waits.")


class NumberInputSerializer(serializers.Serializer[Any]):
    number = serializers.CharField(max_length=40, help_text="With its country: `+34600111222`.")


class CodeInputSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=20, help_text="The six digits of the text message.")
