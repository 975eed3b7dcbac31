"""Who sits where in a hall: plans that are computed, changed by hand, and drawn."""
