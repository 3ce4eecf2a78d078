"""Routes of organizations, their members and invitations."""

from django.urls import path

from platform_core.organizations.views import founding, invitations, members, settings

urlpatterns = [
    path("me/organizations/new/", founding.new, name="organization-new"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("orgs/<slug:slug>/members/", members.members, name="members"),
    path("orgs/<slug:slug>/members/invite/", invitations.invite, name="member-invite"),
    path("orgs/<slug:slug>/members/leave/", members.leave, name="member-leave"),
    path("orgs/<slug:slug>/members/<uuid:member_id>/role/", members.change_role, name="member-role"),
    path("orgs/<slug:slug>/members/<uuid:member_id>/remove/", members.remove, name="member-remove"),
    path("orgs/<slug:slug>/people/<uuid:user_id>/picture/", members.picture, name="member-picture"),
    path("orgs/<slug:slug>/invitations/<uuid:invitation_id>/resend/", invitations.resend, name="invitation-resend"),
    path("orgs/<slug:slug>/invitations/<uuid:invitation_id>/revoke/", invitations.revoke, name="invitation-revoke"),
    path("orgs/<slug:slug>/settings/", settings.settings, name="organization-settings"),
    path("orgs/<slug:slug>/settings/transfer/", settings.transfer, name="organization-transfer"),
]
