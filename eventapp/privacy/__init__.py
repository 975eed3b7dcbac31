"""Personal data: what is held, shown to whom it is about, and destroyed in time."""
