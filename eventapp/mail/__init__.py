"""The outbox and delivery."""
