"""Routes of analytics."""

from django.urls import path

from platform_core.analytics.views import pages

urlpatterns = [
    path("orgs/<slug:slug>/activity/", pages.activity, name="activity"),
    path("orgs/<slug:slug>/activity/csv/", pages.table, name="activity-csv"),
]
