"""Checkpoints, devices and the log of scans."""
