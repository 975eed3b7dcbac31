"""The value of each aim for any placements: what the solver says is checked against it."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from eventapp.visits.allocation.problem import Aim, Person, Problem, even_share


def measure(problem: Problem, placements: Mapping[int, int], aim: Aim) -> int:
    """The aim's value for placements (person → group); those who have no place do not count."""
    placed = [it for it in problem.people if it.id in placements]
    site_of = {group.id: group.site for group in problem.groups}
    if aim is Aim.WISHES:
        return sum(wish_cost(problem, it, site_of[placements[it.id]]) for it in placed)
    if aim is Aim.BELOW:
        return sum(falls_below(problem, it, site_of[placements[it.id]]) for it in placed)
    if aim is Aim.MOVES:
        present = problem.present
        return sum(present.get(it.id, placements[it.id]) != placements[it.id] for it in placed)
    if aim is Aim.TOGETHER:
        used: dict[int, set[int]] = defaultdict(set)
        for person in placed:
            if person.delegation is not None:
                used[person.delegation].add(placements[person.id])
        return sum(len(groups) - 1 for groups in used.values())
    if aim is Aim.BALANCED:
        return _above(problem, [(0, placements[it.id]) for it in placed], {0: len(problem.people)})
    sharing = [(key, placements[it.id]) for it in placed if (key := bloc(it, aim)) is not None]
    return _above(problem, sharing, bloc_sizes(problem, aim))


def wish_cost(problem: Problem, person: Person, site: int) -> int:
    """What the site costs the person (`WishCosts`)."""
    return problem.costs.of(person.rank(site)) if person.wishes else 0


def falls_below(problem: Problem, person: Person, site: int) -> bool:
    """Whether the site is none of the person's first `Problem.kth` wishes."""
    return bool(person.wishes) and site not in person.wishes[: problem.kth]


def bloc(person: Person, aim: Aim) -> int | None:
    """Whom the person is counted with: the delegation, or the office."""
    return person.office if aim is Aim.OFFICES else person.delegation


def bloc_sizes(problem: Problem, aim: Aim) -> Counter[int]:
    """Delegation, or office → its people."""
    return Counter(key for it in problem.people if (key := bloc(it, aim)) is not None)


def _above(problem: Problem, sharing: list[tuple[int, int]], sizes: Mapping[int, int]) -> int:
    seats = sum(group.seats for group in problem.groups)
    groups = {group.id: group for group in problem.groups}
    return sum(
        max(0, count - even_share(sizes[key], groups[group], seats))
        for (key, group), count in Counter(sharing).items()
    )
