"""What the API shows of activity."""

from typing import Any

from rest_framework import serializers


class ActiveFilterSerializer(serializers.Serializer[Any]):
    by = serializers.ChoiceField(
        choices=["day", "month"], default="day", help_text="The last 30 days, or the last 12 months."
    )


class PeriodSerializer(serializers.Serializer[Any]):
    begins = serializers.DateField(help_text="The day, or the first day of the month.")
    accounts = serializers.IntegerField(help_text="Accounts that were active, each counted once.")
    products = serializers.DictField(child=serializers.IntegerField(), help_text="Accounts by product.")
    api_calls = serializers.IntegerField(help_text="Calls of live API keys; those of test keys are not counted.")


class ActiveSerializer(serializers.Serializer[Any]):
    by = serializers.CharField()
    time_zone = serializers.CharField(help_text="By whose clock a day begins.")
    periods = PeriodSerializer(many=True)
