"""Routes of files: an organization's own, and signed links that stand for themselves."""

from django.urls import path

from platform_core.files.views import pages

urlpatterns = [
    path("orgs/<slug:slug>/files/uploads/", pages.uploads, name="uploads"),
    path("orgs/<slug:slug>/files/uploads/<uuid:upload_id>/", pages.upload, name="upload"),
    path("orgs/<slug:slug>/files/<uuid:file_id>/", pages.download, name="file"),
    path("files/<str:token>/", pages.link, name="file-link"),
]
