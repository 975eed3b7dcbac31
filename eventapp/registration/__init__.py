"""Delegates, their organisations and delegations, and the places that they take."""
