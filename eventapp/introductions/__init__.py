"""Introducing the delegates: the page that the master of ceremonies reads from."""
