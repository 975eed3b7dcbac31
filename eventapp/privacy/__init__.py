"""What is held of people: showing it to them, and destroying it when its time has come."""
