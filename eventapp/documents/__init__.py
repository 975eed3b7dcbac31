"""Papers of an event as PDFs: the agenda, a delegate's pass, a visit group's roster."""
