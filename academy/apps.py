"""The Django app ``academy``."""

from django.apps import AppConfig


class AcademyConfig(AppConfig):
    name = "academy"
    verbose_name = "AI Course Academy"
