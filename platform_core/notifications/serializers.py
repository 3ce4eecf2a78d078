"""What the API shows and takes of notifications."""

from typing import Any

from rest_framework import serializers

from platform_core.notifications.models import NotificationDelivery, NotificationSchedule


class NotificationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    organization = serializers.CharField(help_text="The slug of the organization.")
    title = serializers.CharField(help_text="In your language.")
    body = serializers.CharField()
    path = serializers.CharField(help_text="The page it leads to; empty where there is none.")
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class NotificationFilterSerializer(serializers.Serializer[Any]):
    unread = serializers.BooleanField(required=False, default=False)


class NotificationChangeSerializer(serializers.Serializer[Any]):
    is_read = serializers.BooleanField()


class ReadSerializer(serializers.Serializer[Any]):
    read = serializers.IntegerField(help_text="How many were marked.")


class ChoiceSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    channel = serializers.CharField(help_text="`inbox`, `mail`, or `sms` once your number is verified")
    is_on = serializers.BooleanField()


class ShownChoiceSerializer(ChoiceSerializer):
    name = serializers.CharField(help_text="The kind in your language.")
    is_mandatory = serializers.BooleanField()


class ScheduleSerializer(serializers.Serializer[Any]):
    digest = serializers.ChoiceField(choices=NotificationSchedule.Digest.values, required=False)
    digest_hour = serializers.IntegerField(min_value=0, max_value=23, required=False)
    quiet_from = serializers.TimeField(required=False, allow_null=True, format="%H:%M")
    quiet_until = serializers.TimeField(required=False, allow_null=True, format="%H:%M")


class DeliveryFilterSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(required=False, choices=NotificationDelivery.State.values)


class DeliverySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField(source="notification__kind")
    user_id = serializers.UUIDField(source="notification__user_id")
    channel = serializers.CharField()
    state = serializers.CharField(help_text="`waiting`, `handed` or `left_out`.")
    held = serializers.CharField(help_text="What holds or held it back: `quiet`, `digest` or nothing.")
    reason = serializers.CharField(
        help_text="Why it was left out: `switched_off`, `left`, `closed`, `capped`, `no_number` or nothing."
    )
    due_at = serializers.DateTimeField()
    mail_state = serializers.CharField(
        source="mail__state", allow_null=True, help_text="What became of the mail: `sent`, `suppressed`, `unknown`, …"
    )
    sms_state = serializers.CharField(
        source="sms__state", allow_null=True, help_text="What became of the text message: `sent`, `unknown`, …"
    )
    sent_at = serializers.DateTimeField(source="mail__sent_at", allow_null=True)
    sms_sent_at = serializers.DateTimeField(source="sms__sent_at", allow_null=True)
    created_at = serializers.DateTimeField(source="notification__created_at")


class PreferencesInputSerializer(ScheduleSerializer):
    kinds = ChoiceSerializer(many=True, required=False)


class PreferencesSerializer(ScheduleSerializer):
    kinds = ShownChoiceSerializer(many=True)
