"""The same person registered twice: found, reviewed, merged."""
