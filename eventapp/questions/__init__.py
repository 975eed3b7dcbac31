"""What an event asks of its delegates beyond what every event asks."""
