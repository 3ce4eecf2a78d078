"""Routes of DocuAI's API, under ``/api/v1/orgs/<slug>/docuai/``: one line a resource."""

from django.urls import URLPattern, URLResolver, path

from docuai.bulk import api as bulk
from docuai.library import api as library

VERSION = "templates/<slug:template>/versions/<uuid:version_id>/"
RUN = "runs/<uuid:run_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("templates/", library.Templates.as_view(), name="api-templates"),
    path("templates/<slug:template>/", library.Template.as_view(), name="api-template"),
    path("templates/<slug:template>/versions/", library.Versions.as_view(), name="api-template-versions"),
    path(f"{VERSION}publish/", library.Publish.as_view(), name="api-template-publish"),
    path(f"{VERSION}preview/", library.Preview.as_view(), name="api-template-preview"),
    path(f"{VERSION}schema/", library.Schema.as_view(), name="api-template-schema"),
    path(f"{VERSION}samples/", library.Samples.as_view(), name="api-template-samples"),
    path(f"{VERSION}samples/<uuid:sample_id>/", library.Sample.as_view(), name="api-template-sample"),
    path("runs/", bulk.Runs.as_view(), name="api-runs"),
    path(RUN, bulk.Run.as_view(), name="api-run"),
    path(f"{RUN}pause/", bulk.PauseRun.as_view(), name="api-run-pause"),
    path(f"{RUN}resume/", bulk.ResumeRun.as_view(), name="api-run-resume"),
    path(f"{RUN}cancel/", bulk.CancelRun.as_view(), name="api-run-cancel"),
    path(f"{RUN}retry/", bulk.RetryRun.as_view(), name="api-run-retry"),
    path(f"{RUN}rows/", bulk.Rows.as_view(), name="api-run-rows"),
    path(f"{RUN}rows/<int:number>/", bulk.Row.as_view(), name="api-run-row"),
    path(f"{RUN}rows/<int:number>/document/", bulk.RowDocument.as_view(), name="api-run-row-document"),
    path(f"{RUN}archive/", bulk.RunZip.as_view(), name="api-run-archive"),
    path(f"{RUN}failed-rows/", bulk.FailedRows.as_view(), name="api-run-failed-rows"),
    path(f"{RUN}merge/", bulk.Merge.as_view(), name="api-run-merge"),
    path(f"{RUN}mail/", bulk.Mail.as_view(), name="api-run-mail"),
    path(f"{RUN}verify/", bulk.Verify.as_view(), name="api-run-verify"),
]
