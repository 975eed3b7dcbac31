"""Site visits: groups, their buses and leaders, and who goes with which."""
