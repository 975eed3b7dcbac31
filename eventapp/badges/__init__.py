"""Badges: how they look, how they are printed, and which."""
