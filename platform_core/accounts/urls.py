"""Routes of a person's own pages."""

from django.urls import path

from platform_core.accounts import views

urlpatterns = [
    path("me/", views.profile, name="profile"),
    path("me/picture/", views.own_picture, name="own-picture"),
    path("me/picture/upload/", views.upload_picture, name="picture-upload"),
    path("me/picture/remove/", views.delete_picture, name="picture-remove"),
]
