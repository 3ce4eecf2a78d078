"""Pages of an organization: its members, its invitations, its settings; and making a new one."""
