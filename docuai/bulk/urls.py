"""Routes of runs."""

from django.urls import path

from docuai.bulk.views import runs

urlpatterns = [
    path("runs/", runs.run_list, name="runs"),
    path("runs/start/", runs.start, name="run-start"),
    path("runs/<int:number>/", runs.run_page, name="run"),
    path("runs/<int:number>/steer/", runs.steer, name="run-steer"),
    path("runs/<int:number>/archive/", runs.archive, name="run-archive"),
]
