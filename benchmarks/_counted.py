"""``eventapp`` that counts the statements it sends to its database, by what they are for.

    python benchmarks/_counted.py FILE serve --port …

For each statement one letter is added to the file: ``l`` where screens look whether something has
changed, ``c`` where they read what has, ``.`` for all others.
"""

import os
import sys
from typing import Any

from sqlalchemy import Engine, event

from eventapp.cli import main

_LOOK = "AS scanned"
_CHANGE = "LEFT OUTER JOIN attendance ON attendance.checkpoint_id = scan.checkpoint_id"


def count_into(path: str) -> None:
    """Count from now on, in this process and in those that come of it."""
    file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY)

    @event.listens_for(Engine, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        kind = b"l" if _LOOK in statement else b"c" if _CHANGE in statement else b"."
        os.write(file, kind)


if __name__ == "__main__":
    count_into(sys.argv.pop(1))
    main()
