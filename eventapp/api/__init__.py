"""The JSON interface for devices."""
