"""Pages of analytics, and the middleware that counts."""
