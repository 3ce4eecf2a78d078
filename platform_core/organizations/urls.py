"""Routes of organizations, their members and invitations."""

from django.urls import path

from platform_core.organizations.api import brand as brand_api
from platform_core.organizations.api import invitations as invitations_api
from platform_core.organizations.api import members as members_api
from platform_core.organizations.api import recovery as recovery_api
from platform_core.organizations.api import roles as roles_api
from platform_core.organizations.api import shares as shares_api
from platform_core.organizations.views import (
    brand,
    founding,
    invitations,
    invite_many,
    members,
    recovery,
    roles,
    settings,
    shares,
    teams,
)

urlpatterns = [
    path("me/organizations/new/", founding.new, name="organization-new"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("brand/<uuid:logo_id>/logo.png", brand.logo, name="brand-logo"),
    path("recovery/<str:token>/", recovery.by_link, name="recovery-link"),
    path("orgs/<slug:slug>/recovery/", recovery.recovery, name="organization-recovery"),
    path("orgs/<slug:slug>/recovery/agree/", recovery.agree, name="recovery-agree"),
    path("orgs/<slug:slug>/recovery/stop/", recovery.stop, name="recovery-stop"),
    path("orgs/<slug:slug>/settings/brand/", brand.brand, name="organization-brand"),
    path("orgs/<slug:slug>/members/", members.members, name="members"),
    path("orgs/<slug:slug>/members/invite/", invitations.invite, name="member-invite"),
    path("orgs/<slug:slug>/members/invite/list/", invite_many.invite_many, name="member-invite-many"),
    path("orgs/<slug:slug>/members/leave/", members.leave, name="member-leave"),
    path("orgs/<slug:slug>/members/<uuid:member_id>/role/", members.change_role, name="member-role"),
    path("orgs/<slug:slug>/members/<uuid:member_id>/remove/", members.remove, name="member-remove"),
    path("orgs/<slug:slug>/people/<uuid:user_id>/picture/", members.picture, name="member-picture"),
    path("orgs/<slug:slug>/invitations/<uuid:invitation_id>/resend/", invitations.resend, name="invitation-resend"),
    path("orgs/<slug:slug>/invitations/<uuid:invitation_id>/revoke/", invitations.revoke, name="invitation-revoke"),
    path("orgs/<slug:slug>/roles/", roles.roles, name="roles"),
    path("orgs/<slug:slug>/roles/new/", roles.new, name="role-new"),
    path("orgs/<slug:slug>/roles/<uuid:role_id>/", roles.role, name="role"),
    path("orgs/<slug:slug>/roles/<uuid:role_id>/delete/", roles.delete, name="role-delete"),
    path("orgs/<slug:slug>/teams/", teams.teams, name="teams"),
    path("orgs/<slug:slug>/teams/<uuid:team_id>/", teams.team, name="team"),
    path("orgs/<slug:slug>/shares/<slug:kind>/<uuid:object_id>/", shares.shares, name="shares"),
    path("orgs/<slug:slug>/access/explain/", shares.explained, name="access-explain"),
    path("orgs/<slug:slug>/settings/", settings.settings, name="organization-settings"),
    path("orgs/<slug:slug>/settings/transfer/", settings.transfer, name="organization-transfer"),
]
api_patterns = [  # under /api/v1/orgs/<slug>/
    path("", members_api.OrganizationDetail.as_view(), name="api-organization"),
    path("brand/", brand_api.Brand.as_view(), name="api-brand"),
    path("invitations/", invitations_api.Invitations.as_view(), name="api-invitations"),
    path("members/", members_api.Members.as_view(), name="api-members"),
    path("members/<uuid:member_id>/", members_api.Member.as_view(), name="api-member"),
    path("members/<uuid:member_id>/belongings/", members_api.MemberBelongings.as_view(), name="api-member-belongings"),
    path("members/<uuid:member_id>/role/", members_api.MemberRole.as_view(), name="api-member-role"),
    path("recovery/", recovery_api.Recoveries.as_view(), name="api-recoveries"),
    path("recovery/agree/", recovery_api.AgreeToRecovery.as_view(), name="api-recovery-agree"),
    path("recovery/stop/", recovery_api.StopRecovery.as_view(), name="api-recovery-stop"),
    path("roles/", roles_api.Roles.as_view(), name="api-roles"),
    path("roles/<uuid:role_id>/", roles_api.Role.as_view(), name="api-role"),
    path("teams/", roles_api.Teams.as_view(), name="api-teams"),
    path("teams/<uuid:team_id>/", roles_api.Team.as_view(), name="api-team"),
    path("teams/<uuid:team_id>/members/<uuid:member_id>/", roles_api.TeamMember.as_view(), name="api-team-member"),
    path("shares/<slug:kind>/<uuid:object_id>/", shares_api.Shares.as_view(), name="api-shares"),
    path("shares/<slug:kind>/<uuid:object_id>/<uuid:share_id>/", shares_api.Share.as_view(), name="api-share"),
    path("access/explain/", shares_api.Explain.as_view(), name="api-access-explain"),
]
