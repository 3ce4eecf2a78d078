"""The Django app ``docuai``."""

from django.apps import AppConfig


class DocuaiConfig(AppConfig):
    name = "docuai"
    verbose_name = "DocuAI Bulk"
