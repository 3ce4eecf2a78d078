"""REST of webhooks: endpoints, their events and attempts, and sources."""

from platform_core.webhooks.api.endpoints import (
    DisableEndpoint,
    EnableEndpoint,
    Endpoint,
    Endpoints,
    EndpointSecret,
    EventTypes,
    RotateEndpoint,
)
from platform_core.webhooks.api.events import Attempts, Event, Events, ReplayEvent, ReplayFailed, TestEndpoint
from platform_core.webhooks.api.sources import Received, RotateSource, Source, Sources, SourceSecret

__all__ = [
    "Attempts",
    "DisableEndpoint",
    "EnableEndpoint",
    "Endpoint",
    "EndpointSecret",
    "Endpoints",
    "Event",
    "EventTypes",
    "Events",
    "Received",
    "ReplayEvent",
    "ReplayFailed",
    "RotateEndpoint",
    "RotateSource",
    "Source",
    "SourceSecret",
    "Sources",
    "TestEndpoint",
]
