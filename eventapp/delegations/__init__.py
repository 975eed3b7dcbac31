"""Delegations: their invitations, and the workspace in which a lead registers everybody."""
