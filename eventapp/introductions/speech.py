"""How delegates are introduced: who is named, in which order, and who is summed up. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eventapp.text import fold


@dataclass(frozen=True, slots=True)
class Body:
    """A delegation: a central body, a province, or whoever comes from elsewhere."""

    id: int
    name: str
    kind: str = ""
    """What a province is: ``tỉnh`` or ``thành phố``; empty for any other body."""
    is_other: bool = False
    place: int = 0
    """Where it stands in the order of delegations."""

    @property
    def is_central(self) -> bool:
        """Whether it is a ministry or the like."""
        return not self.kind and not self.is_other

    @property
    def full_name(self) -> str:
        """A province's name after what it is: "tỉnh Bắc Ninh"."""
        is_said = not self.kind or fold(self.name).startswith(f"{fold(self.kind)} ")
        return self.name if is_said else f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who has arrived."""

    id: int
    name: str
    position: str
    office: str
    body: Body
    rank: int

    @property
    def title(self) -> str:
        """Position and office as they are read out: "Giám đốc Sở Nội vụ, Bắc Ninh"."""
        return joined(self.position, self.office)


@dataclass(frozen=True, slots=True)
class Rest:
    """Those of a body who are not named."""

    body: Body
    people: int


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the introduction.

    ``body`` is None for the central bodies together, which come first, and for the last part,
    which names nobody: those who come from bodies of which nobody is named.
    """

    body: Body | None
    named: tuple[Guest, ...]
    rest: tuple[Rest, ...]


@dataclass(frozen=True, slots=True)
class Speech:
    """The whole introduction."""

    parts: tuple[Part, ...]
    people: int
    """How many have arrived, named or not."""


def compose(guests: Sequence[Guest], named_up_to: int) -> Speech:
    """The introduction of guests who are given in protocol order.

    Central bodies come first, together; then each province, or whoever else, of whom somebody has
    a rank up to that, in the order of delegations; at last everybody else, body by body.
    """
    bodies = sorted({it.body for it in guests}, key=lambda it: (it.is_other, it.place, it.id))
    named = [it for it in guests if it.rank <= named_up_to]
    counts = Counter(it.body for it in guests if it.rank > named_up_to)
    parts = []
    central = [it for it in bodies if it.is_central]
    if central:
        parts.append(_part(None, central, named, counts))
    heard = {it.body for it in named if not it.body.is_central}
    parts += [_part(it, [it], named, counts) for it in bodies if it in heard]
    unheard = [it for it in bodies if not it.is_central and it not in heard]
    if unheard:
        parts.append(_part(None, unheard, named, counts))
    return Speech(tuple(parts), len(guests))


def _part(
    body: Body | None, bodies: Sequence[Body], named: Iterable[Guest], counts: Counter[Body]
) -> Part:
    return Part(
        body,
        tuple(it for it in named if it.body in bodies),
        tuple(Rest(it, counts[it]) for it in bodies if counts[it]),
    )


def joined(position: str, office: str) -> str:
    """A position and the office that it is held at, what both say once.

    >>> joined("Giám đốc Sở", "Sở Nội vụ"), joined("Thứ trưởng", "Bộ Tài chính")
    ('Giám đốc Sở Nội vụ', 'Thứ trưởng, Bộ Tài chính')
    """
    if not position or not office:
        return position or office
    held, at = position.split(), office.split()
    folded, folded_office = fold(position).split(), fold(office).split()
    if " ".join(folded_office) in " ".join(folded):
        return position
    for shared in range(min(len(folded), len(folded_office)) - 1, 0, -1):
        if len(folded) == len(held) and folded[-shared:] == folded_office[:shared]:
            return " ".join([*held, *at[shared:]])
    return f"{position}, {office}"
