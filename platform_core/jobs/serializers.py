"""What the API shows of jobs."""

from typing import Any

from rest_framework import serializers

from platform_core.jobs.models import Job


class JobFilterSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(required=False, choices=Job.State.values)
    kind = serializers.CharField(required=False, max_length=60)
    test = serializers.BooleanField(
        required=False, help_text="What test keys made, or what is live. A key sees its own kind if not said."
    )


class JobSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField(help_text=", ".join(f"`{state}`" for state in Job.State.values))
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    failed = serializers.IntegerField()
    reason = serializers.CharField(help_text="Why it waits or ended, where there is something to say.")
    subject_id = serializers.UUIDField(allow_null=True, help_text="What it works on: a run, for instance.")
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    test = serializers.BooleanField(read_only=True, help_text="Made by a test key.")
