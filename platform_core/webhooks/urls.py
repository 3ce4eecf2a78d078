"""Routes of webhooks: pages under ``/orgs/<slug>/webhooks/``, resources under the same of the API, and the door for others."""

from django.urls import path

from platform_core.webhooks import api
from platform_core.webhooks.views import incoming

urlpatterns = [
    path("hooks/in/<uuid:source_id>/", incoming.hook_in, name="hook-in"),
]
ONE, SOURCE = "<uuid:endpoint_id>/", "sources/<uuid:source_id>/"
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
