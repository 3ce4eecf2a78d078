"""Routes of jobs."""

from django.urls import path

from platform_core.jobs import views

urlpatterns = [
    path("orgs/<slug:slug>/jobs/", views.job_list, name="jobs"),
    path("orgs/<slug:slug>/jobs/<uuid:job_id>/", views.job_page, name="job"),
    path("orgs/<slug:slug>/jobs/<uuid:job_id>/steer/", views.steer, name="job-steer"),
]
