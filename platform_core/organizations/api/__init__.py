"""REST of organizations, one module a kind of resource."""
