"""The kit as an installed app: label ``tenancy``, no models of its own, one migration with the grants."""

from django.apps import AppConfig


class TenancyConfig(AppConfig):
    """Must stand before third-party apps in INSTALLED_APPS: it replaces their ``migrate`` and ``flush`` commands."""

    name = "platform_core.kits.tenancy"
    label = "tenancy"

    def ready(self) -> None:
        from platform_core.kits.tenancy import checks  # noqa: F401  registers the system checks
