"""What a badge says and where: records, designs, and texts made to fit.

A design is a list of elements in millimetres from the badge's top left corner. A text element is a
stack of parts that share one box: they shrink together, from their largest to their smallest
sizes, until the stack fits. Nothing is ever cut off.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BadgeRecord:
    """What one badge says, every text as it is to be printed; empty where there is nothing."""

    name: str
    code: str
    category: str
    colour: str  # of the category, #rrggbb
    event: str  # its short title
    dates: str = ""
    position: str = ""
    organisation: str = ""
    province: str = ""  # or the ministry: whose delegate it is
    group: str = ""  # letter of the visit group
    bus: str = ""  # what else is said of the group
