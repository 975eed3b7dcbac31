"""Events, their days, rooms, categories and the sites that can be visited."""
