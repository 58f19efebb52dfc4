"""Living together in a tenant: invitations, roles, consents."""
