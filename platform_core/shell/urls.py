"""Routes of the shell."""

from django.urls import path

from platform_core.shell import views

urlpatterns = [
    path("", views.home, name="home"),
    path("demo/sign-in/", views.demo_sign_in, name="demo-sign-in"),
]
