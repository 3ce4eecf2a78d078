"""Writes of organizations: ``founding``, ``inviting``, ``joining``, ``belonging`` (roles, leaving, handing over), ``limits``."""
