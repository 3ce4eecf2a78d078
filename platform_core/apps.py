"""The Django app ``platform_core``."""

from django.apps import AppConfig


class PlatformCoreConfig(AppConfig):
    name = "platform_core"
    verbose_name = "Shared platform"

    def ready(self) -> None:
        from platform_core import event_types, permissions  # noqa: F401  what is not declared does not exist
