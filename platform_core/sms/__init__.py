"""Text messages: a person's verified number, what is queued for it, and handing it over to a gateway, once."""
