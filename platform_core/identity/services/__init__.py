"""Writes of identity: ``factors`` (adding, verifying, removing), ``sessions``, ``policy`` of an organization."""
