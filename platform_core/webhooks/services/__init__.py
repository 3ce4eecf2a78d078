"""Writes of webhooks: endpoints, what is sent again, and sources."""

from platform_core.webhooks.errors import WebhookError, WebhookStateError, explain
from platform_core.webhooks.services.endpoints import (
    EDITED,
    MAX_ENDPOINTS,
    OVERLAP,
    create_endpoint,
    delete_endpoint,
    disable_endpoint,
    enable_endpoint,
    reveal_secret,
    rotate_secret,
    update_endpoint,
)
from platform_core.webhooks.services.replaying import replay, replay_failed, send_test
from platform_core.webhooks.services.sources import (
    MAX_SOURCES,
    create_source,
    delete_source,
    receive,
    reveal_source_secret,
    rotate_source_secret,
    switch_source,
)

__all__ = [
    "EDITED",
    "MAX_ENDPOINTS",
    "MAX_SOURCES",
    "OVERLAP",
    "WebhookError",
    "WebhookStateError",
    "create_endpoint",
    "create_source",
    "delete_endpoint",
    "delete_source",
    "disable_endpoint",
    "enable_endpoint",
    "explain",
    "receive",
    "replay",
    "replay_failed",
    "reveal_secret",
    "reveal_source_secret",
    "rotate_secret",
    "rotate_source_secret",
    "send_test",
    "switch_source",
    "update_endpoint",
]
