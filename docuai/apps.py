"""The Django app ``docuai``."""

from django.apps import AppConfig


class DocuaiConfig(AppConfig):
    name = "docuai"
    verbose_name = "DocuAI Bulk"

    def ready(self) -> None:
        from docuai import event_types, permissions  # noqa: F401  what is not declared does not exist
