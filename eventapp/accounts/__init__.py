"""Users, their roles and permissions, and the audit log."""
