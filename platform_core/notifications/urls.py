"""Routes of notifications: a person's own pages, and the log of an organization."""

from django.urls import path

from platform_core.notifications import views

urlpatterns = [
    path("orgs/<slug:slug>/notifications/", views.delivery_log, name="notification-log"),
    path("me/inbox/", views.inbox, name="notifications"),
    path("me/inbox/bell/", views.bell, name="notifications-bell"),
    path("me/inbox/read/", views.read, name="notifications-read"),
    path("me/inbox/unread/", views.unread, name="notifications-unread"),
    path("me/inbox/<uuid:notification_id>/open/", views.open_one, name="notification-open"),
    path("me/inbox/preferences/", views.preferences, name="notification-preferences"),
]
