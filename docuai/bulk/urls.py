"""Routes of runs."""

from django.urls import path

from docuai.bulk.views import downloads, following, picked, rows, runs
from docuai.bulk.views.wizard import check as check_step
from docuai.bulk.views.wizard import columns, data, options, pictures, start

urlpatterns = [
    path("runs/", runs.run_list, name="runs"),
    path("runs/new/", start.start, name="run-new"),
    path("runs/new/<uuid:draft_id>/data/", data.data, name="run-data"),
    path("runs/new/<uuid:draft_id>/columns/", columns.columns, name="run-columns"),
    path("runs/new/<uuid:draft_id>/options/", options.options, name="run-options"),
    path("runs/new/<uuid:draft_id>/check/", check_step.check, name="run-check"),
    path("runs/new/<uuid:draft_id>/faults/", pictures.faults_file, name="run-draft-faults"),
    path("runs/new/<uuid:draft_id>/corrections/", check_step.corrections, name="run-draft-corrections"),
    path("runs/new/<uuid:draft_id>/rows/<int:number>/picture/", pictures.row_picture, name="run-draft-picture"),
    path("runs/new/<uuid:draft_id>/extremes/<slug:reason>/", pictures.extreme_picture, name="run-draft-extreme"),
    path("runs/new/<uuid:draft_id>/discard/", start.discard, name="run-draft-discard"),
    path("samples/<str:name>", start.sample, name="sample-table"),
    path("runs/<int:number>/", runs.run_page, name="run"),
    path("runs/<int:number>/steer/", runs.steer, name="run-steer"),
    path("runs/<int:number>/picked/", picked.act, name="run-picked"),
    path("runs/<int:number>/archive/", downloads.archive, name="run-archive"),
    path("runs/<int:number>/manifest/", downloads.manifest, name="run-manifest"),
    path("runs/<int:number>/merged/", downloads.merged, name="run-merged"),
    path("runs/<int:number>/failed/", downloads.failed, name="run-failed"),
    path("runs/<int:number>/corrections/", rows.corrections, name="run-corrections"),
    path("runs/<int:number>/verify/", following.verify, name="run-verify"),
    path("runs/<int:number>/merge/", following.merge, name="run-merge"),
    path("runs/<int:number>/mail/", following.mail, name="run-mail"),
    path("runs/<int:number>/keep/", following.keep, name="run-keep"),
    path("runs/<int:number>/delete/", runs.delete, name="run-delete"),
    path("runs/<int:number>/undelete/", runs.undelete, name="run-undelete"),
    path("runs/<int:number>/stop-worker/", runs.stop_worker, name="run-stop-worker"),
    path("runs/<int:number>/rows/<int:row>/", rows.row_page, name="run-row"),
    path("runs/<int:number>/rows/<int:row>/correct/", rows.correct, name="run-row-correct"),
    path("runs/<int:number>/rows/<int:row>/document/", downloads.document, name="run-row-document"),
    path("runs/<int:number>/rows/<int:row>/picture/", rows.picture, name="run-row-picture"),
]
