"""The programme: sessions with their rooms, chairs and speakers."""
