"""What the API takes and shows about templates and their versions."""

from typing import Any

from rest_framework import serializers

from docuai.library.models import DocumentTemplate, TemplateVersion
from platform_core.kits.api.strict import LanguageField, StrictSerializer


class VersionSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(choices=TemplateVersion.State.choices)


class TemplateProblemSerializer(serializers.Serializer[Any]):
    severity = serializers.ChoiceField(choices=["error", "warning", "notice"], help_text="An error stops publishing.")
    code = serializers.CharField()
    message = serializers.CharField()
    hint = serializers.CharField(help_text="What to do about it.")
    part = serializers.CharField(help_text="Of which file or part of it.")
    line = serializers.IntegerField(allow_null=True)
    column = serializers.IntegerField(allow_null=True)


class FullVersionSerializer(VersionSerializer):
    languages = serializers.ListField(child=serializers.CharField())
    notes = serializers.CharField()
    created_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)
    problems = TemplateProblemSerializer(many=True)


class TemplateSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    engine = serializers.ChoiceField(choices=DocumentTemplate.Engine.choices)
    description = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class TemplateWithVersionSerializer(TemplateSerializer):
    version = FullVersionSerializer(help_text="The published version, else the newest.")


class NewTemplateSerializer(StrictSerializer):
    name = serializers.CharField(max_length=120)
    engine = serializers.ChoiceField(choices=DocumentTemplate.Engine.choices)
    file = serializers.FileField(
        allow_empty_file=True, help_text=".docx for word; .typ, or a ZIP of a source and its files, for typst."
    )
    language = LanguageField(default="en", help_text="Language of the file, en or es for instance.")
    description = serializers.CharField(max_length=300, default="", allow_blank=True)


class ChangedTemplateSerializer(StrictSerializer):
    name = serializers.CharField(max_length=120, required=False)
    description = serializers.CharField(max_length=300, required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(), required=False, max_length=10)


class NewVersionSerializer(StrictSerializer):
    file = serializers.FileField(allow_empty_file=True)
    language = LanguageField(required=False, help_text="Language of the file; the fallback's where none is said.")


class SampleSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    row = serializers.DictField()
    first = serializers.BooleanField(help_text="The first is what thumbnails and previews take. It is never deleted.")


class NewSampleSerializer(StrictSerializer):
    name = serializers.CharField(max_length=60)
    row = serializers.DictField(help_text="The values of one row. They are not checked: samples may break the rules.")


class ChangedSampleSerializer(StrictSerializer):
    name = serializers.CharField(max_length=60, required=False)
    row = serializers.DictField(required=False)


class PreviewSerializer(StrictSerializer):
    row = serializers.DictField(required=False, help_text="The values of one row; the version's sample if left out.")
    sample = serializers.UUIDField(required=False, help_text="Id of a sample of the version, in place of a row.")
    format = serializers.ChoiceField(choices=["pdf", "png", "docx"], default="pdf")
    language = LanguageField(default="", allow_blank=True)
    page = serializers.IntegerField(default=1, min_value=1, max_value=200, help_text="For png, from 1.")
    dpi = serializers.IntegerField(default=96, min_value=40, max_value=220, help_text="For png.")
