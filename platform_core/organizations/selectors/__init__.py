"""Reads of organizations: ``people`` (members, invitations), ``limits`` (what the plan allows and what is used)."""
