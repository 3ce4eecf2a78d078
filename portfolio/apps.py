"""The project as an app without models: its ``ready`` plugs adapters into ports."""

from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    name = "portfolio"

    def ready(self) -> None:
        from portfolio import wiring

        wiring.plug()
