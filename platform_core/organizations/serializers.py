"""What the API shows of an organization and its members."""

from typing import Any

from rest_framework import serializers

from platform_core.kits.web.names import refuse_disguised, refuse_hidden


class OrganizationSerializer(serializers.Serializer[Any]):
    slug = serializers.SlugField()
    name = serializers.CharField()
    default_language = serializers.CharField()
    region = serializers.CharField()
    time_zone = serializers.CharField()
    created_at = serializers.DateTimeField()


class NamedSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()


class MemberSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()
    role = serializers.CharField(
        help_text="`owner`, `admin`, `editor`, `viewer`, or `custom`: then `custom_role` names it."
    )
    custom_role = NamedSerializer(allow_null=True)
    joined_at = serializers.DateTimeField()


class MemberRoleSerializer(serializers.Serializer[Any]):
    role = serializers.CharField(max_length=36, help_text="A built-in role by its name, or a custom one by its id.")


class MemberHeirSerializer(serializers.Serializer[Any]):
    heir = serializers.UUIDField(required=False, allow_null=True, default=None)


class BelongingSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="`jobs`, `drafts`, `webhooks`, `keys`, `versions`, `shares`, `teams`.")
    count = serializers.IntegerField()
    passes_on = serializers.BooleanField(help_text="It goes to the heir; the rest stays or ends with the membership.")


class RoleInputSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60, validators=[refuse_hidden])
    description = serializers.CharField(max_length=200, allow_blank=True, default="")
    permissions = serializers.ListField(child=serializers.CharField(max_length=60), min_length=1, max_length=200)
    version = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        help_text="What you read: an edit in between is refused.",
    )


class RoleSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(allow_null=True, help_text="Null for a built-in role.")
    role = serializers.CharField(help_text="What to give a member: a built-in role's name, or the id.")
    name = serializers.CharField()
    description = serializers.CharField()
    permissions = serializers.ListField(child=serializers.CharField())
    version = serializers.IntegerField(allow_null=True)
    members = serializers.IntegerField(help_text="How many hold it.")


class TeamInputSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60, validators=[refuse_hidden])
    description = serializers.CharField(max_length=200, allow_blank=True, default="")


class TeamSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField()
    members = serializers.ListField(child=serializers.UUIDField(), required=False, help_text="Ids of members.")


class ShareInputSerializer(serializers.Serializer[Any]):
    level = serializers.ChoiceField(choices=["read", "edit"], help_text="`edit` reads too.")
    member = serializers.UUIDField(required=False, help_text="The id of a member; or name a team.")
    team = serializers.UUIDField(required=False, help_text="The id of a team; or name a member.")


class ShareSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    level = serializers.CharField()
    person = serializers.EmailField(allow_null=True)
    team = NamedSerializer(allow_null=True)
    created_at = serializers.DateTimeField()


class StepSerializer(serializers.Serializer[Any]):
    source = serializers.CharField(help_text="`organization`, `plan`, `scopes`, `role` or `share`.")  # type: ignore[assignment]
    granted = serializers.BooleanField()
    text = serializers.CharField()


class ExplanationSerializer(serializers.Serializer[Any]):
    permission = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    granted = serializers.BooleanField()
    why = serializers.CharField()
    steps = StepSerializer(many=True)
    who_can_grant = serializers.ListField(child=serializers.CharField(), help_text="Names of members.")


class InvitationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    role = serializers.CharField(help_text="A built-in role's name, or the id of a custom one.")
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class InviteeSerializer(serializers.Serializer[Any]):
    email = serializers.CharField(max_length=254)
    role = serializers.CharField(max_length=60, allow_blank=True, default="", help_text="Else that of the list.")
    team = serializers.CharField(max_length=60, allow_blank=True, default="", help_text="A team's name or id.")


class InviteListSerializer(serializers.Serializer[Any]):
    invitations = serializers.ListField(child=InviteeSerializer(), min_length=1, max_length=10_000)
    role = serializers.CharField(
        max_length=60, default="viewer", help_text="For items that name none: a name or an id."
    )
    team = serializers.CharField(max_length=60, allow_blank=True, default="", help_text="For items that name none.")
    preview = serializers.BooleanField(default=False, help_text="Say what would happen and send nothing.")


class InviteLineSerializer(serializers.Serializer[Any]):
    item = serializers.IntegerField(help_text="Its place in `invitations`, from 1.")
    email = serializers.CharField()
    result = serializers.CharField(
        help_text="`invited`, `renewed` (the earlier link is dead), `member`, `duplicate`, `bad_address`, `bad_role`, "
        "`bad_team`, `over_limit` or `too_often`."
    )
    reason = serializers.CharField(allow_null=True, help_text="What to do, where nothing was sent.")


class InviteResultSerializer(serializers.Serializer[Any]):
    sent = serializers.IntegerField(help_text="How many mails are on their way; those of a job are not counted.")
    job = serializers.UUIDField(allow_null=True, help_text="The job that sends a list of more than 500: `jobs/{id}/`.")
    results = InviteLineSerializer(many=True)


class BrandInputSerializer(serializers.Serializer[Any]):
    accent = serializers.CharField(max_length=7, allow_blank=True, help_text="Such as `#0b6e4f`; empty for none.")
    sender_name = serializers.CharField(max_length=80, allow_blank=True, validators=[refuse_hidden, refuse_disguised])
    postal_address = serializers.CharField(max_length=300, allow_blank=True)


class BrandSerializer(BrandInputSerializer):
    accent_light = serializers.CharField(help_text="As it is used on white: contrast of 4.5 at least.")
    accent_dark = serializers.CharField(help_text="As it is used on the dark theme.")
    logo_url = serializers.CharField(allow_null=True)


class RecoverySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.CharField(help_text="`asked`, `waiting`, `done` or `stopped`.")
    ground = serializers.CharField(
        help_text="`admins`: a second admin agrees. `domain`: staff see a record in the DNS."
    )
    reason = serializers.CharField()
    requested_by_id = serializers.UUIDField(allow_null=True)
    agreed_by_id = serializers.UUIDField(allow_null=True)
    domain = serializers.CharField(help_text="Whose TXT record must hold `token`; empty where two admins agree.")
    token = serializers.CharField()
    created_at = serializers.DateTimeField()
    waits_until = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    end = serializers.CharField(
        help_text="Why it was stopped: `objection`, `owner_back`, `withdrawn`, `staff`, `left` or `overdue`."
    )


class RecoveryInputSerializer(serializers.Serializer[Any]):
    ground = serializers.ChoiceField(choices=["admins", "domain"])
    reason = serializers.CharField(max_length=300, help_text="At least ten characters; every owner and admin reads it.")
