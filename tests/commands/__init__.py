"""The command line as people use it, and servers that it starts."""
