"""The demo: synthetic people for an event that ships with the program."""
