"""Certificates of training, and who attended what and when."""
