"""Routes of a person's mobile number."""

from django.urls import path

from platform_core.sms import views

urlpatterns = [
    path("me/mobile/", views.mobile, name="mobile"),
    path("me/mobile/verify/", views.verify, name="mobile-verify"),
    path("me/mobile/remove/", views.remove, name="mobile-remove"),
]
