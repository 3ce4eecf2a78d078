"""Routes of runs."""

from django.urls import path

from docuai.bulk import views

urlpatterns = [
    path("runs/", views.run_list, name="runs"),
    path("runs/start/", views.start, name="run-start"),
    path("runs/<int:number>/", views.run_page, name="run"),
    path("runs/<int:number>/steer/", views.steer, name="run-steer"),
    path("runs/<int:number>/archive/", views.archive, name="run-archive"),
]
