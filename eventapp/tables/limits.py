"""How much of a table is read at once."""

MAX_BYTES = 8 * 1024 * 1024
"""Of the file as it is sent."""

MAX_UNPACKED_BYTES = 80 * 1024 * 1024
"""Of those parts of a package that are read, counted while they are unpacked."""

MAX_MARKUP = 5_000_000
"""Tags in those parts, an empty element counting as two: what costs time, however few bytes each
has. A full table of numbers has half as many."""

MAX_PARTS = 500
MAX_ROWS = 10_000
"""Below the headings; rows without any text do not count."""

MAX_COLUMNS = 60
MAX_CELL_LENGTH = 2_000
"""In characters."""
