"""Routes of webhooks: pages under ``/orgs/<slug>/webhooks/``, resources under the same of the API, and the door for others."""

from django.urls import path

from platform_core.webhooks import api
from platform_core.webhooks.views import endpoints, events, incoming, sources

PAGES = "orgs/<slug:slug>/webhooks/"
ONE, SOURCE = "<uuid:endpoint_id>/", "sources/<uuid:source_id>/"
EVENT = f"{PAGES}{ONE}events/<uuid:event_id>/"
urlpatterns = [
    path("hooks/in/<uuid:source_id>/", incoming.hook_in, name="hook-in"),
    path(PAGES, endpoints.webhooks, name="webhooks"),
    path(f"{PAGES}new/", endpoints.webhook_new, name="webhook-new"),
    path(f"{PAGES}sources/new/", sources.source_new, name="webhook-source-new"),
    path(f"{PAGES}{SOURCE}", sources.source, name="webhook-source"),
    path(f"{PAGES}{SOURCE}secret/", sources.source_secret, name="webhook-source-secret"),
    path(f"{PAGES}{SOURCE}switch/", sources.source_switch, name="webhook-source-switch"),
    path(f"{PAGES}{SOURCE}delete/", sources.source_delete, name="webhook-source-delete"),
    path(f"{PAGES}{ONE}", endpoints.webhook, name="webhook"),
    path(f"{PAGES}{ONE}change/", endpoints.webhook_change, name="webhook-change"),
    path(f"{PAGES}{ONE}secret/", endpoints.webhook_secret, name="webhook-secret"),
    path(f"{PAGES}{ONE}switch/", endpoints.webhook_switch, name="webhook-switch"),
    path(f"{PAGES}{ONE}delete/", endpoints.webhook_delete, name="webhook-delete"),
    path(f"{PAGES}{ONE}replay/", endpoints.webhook_replay, name="webhook-replay"),
    path(f"{PAGES}{ONE}test/", events.webhook_test, name="webhook-test"),
    path(EVENT, events.webhook_event, name="webhook-event"),
    path(f"{EVENT}replay/", events.webhook_event_replay, name="webhook-event-replay"),
]
api_patterns = [
    path("", api.Endpoints.as_view(), name="api-webhooks"),
    path("event-types/", api.EventTypes.as_view(), name="api-webhook-event-types"),
    path("sources/", api.Sources.as_view(), name="api-webhook-sources"),
    path(SOURCE, api.Source.as_view(), name="api-webhook-source"),
    path(f"{SOURCE}rotate/", api.RotateSource.as_view(), name="api-webhook-source-rotate"),
    path(f"{SOURCE}secret/", api.SourceSecret.as_view(), name="api-webhook-source-secret"),
    path(f"{SOURCE}received/", api.Received.as_view(), name="api-webhook-source-received"),
    path(ONE, api.Endpoint.as_view(), name="api-webhook"),
    path(f"{ONE}enable/", api.EnableEndpoint.as_view(), name="api-webhook-enable"),
    path(f"{ONE}disable/", api.DisableEndpoint.as_view(), name="api-webhook-disable"),
    path(f"{ONE}rotate/", api.RotateEndpoint.as_view(), name="api-webhook-rotate"),
    path(f"{ONE}secret/", api.EndpointSecret.as_view(), name="api-webhook-secret"),
    path(f"{ONE}test/", api.TestEndpoint.as_view(), name="api-webhook-test"),
    path(f"{ONE}replay/", api.ReplayFailed.as_view(), name="api-webhook-replay-failed"),
    path(f"{ONE}attempts/", api.Attempts.as_view(), name="api-webhook-attempts"),
    path(f"{ONE}events/", api.Events.as_view(), name="api-webhook-events"),
    path(f"{ONE}events/<uuid:event_id>/", api.Event.as_view(), name="api-webhook-event"),
    path(f"{ONE}events/<uuid:event_id>/replay/", api.ReplayEvent.as_view(), name="api-webhook-replay"),
]
