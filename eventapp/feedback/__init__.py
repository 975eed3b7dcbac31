"""After a site visit: what its visitors say of it, and the figures of each site."""
