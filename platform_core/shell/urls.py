"""Routes of the shell."""

from django.urls import path

from platform_core.shell import preferences, views

urlpatterns = [
    path("", views.home, name="home"),
    path("demo/", views.people, name="demo-people"),
    path("demo/sign-in/", views.demo_sign_in, name="demo-sign-in"),
    path("language/", preferences.set_language, name="set-language"),
    path("theme/", preferences.set_theme, name="set-theme"),
    path("_ui/", views.ui, name="style-guide"),
    path("orgs/<slug:slug>/set-up/dismiss/", views.setup_dismiss, name="setup-dismiss"),
]
