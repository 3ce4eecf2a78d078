"""The template engine's settings: partials around the cache around cotton. Other orders leave ``<c-…>`` in pages without an error."""

from pathlib import Path
from typing import Any

APPS = ["django.forms", "django_cotton.apps.SimpleAppConfig", "template_partials.apps.SimpleAppConfig"]


def templates(folder: Path, context_processors: list[str]) -> list[dict[str, Any]]:
    """This will make the setting TEMPLATES. Cotton's own app configuration would set this up in the wrong order."""
    cached = (
        "django.template.loaders.cached.Loader",
        [
            "django_cotton.cotton_loader.Loader",
            "django.template.loaders.filesystem.Loader",
            "django.template.loaders.app_directories.Loader",
        ],
    )
    return [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [folder],
            "OPTIONS": {
                "loaders": [("template_partials.loader.Loader", [cached])],
                "builtins": [
                    "django_cotton.templatetags.cotton",
                    "template_partials.templatetags.partials",
                    "platform_core.templatetags.web",
                    "platform_core.templatetags.access",
                ],
                "context_processors": context_processors,
            },
        }
    ]
