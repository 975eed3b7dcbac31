"""From a point of the model to who is where; of people who are alike, those stay who can."""

from collections import defaultdict

from eventapp.visits.allocation.formulation import Formulation
from eventapp.visits.allocation.model import Floats


def share_out(form: Formulation, point: Floats) -> dict[int, int]:
    """Person → group at a point in whole numbers."""
    groups, present = form.problem.groups, form.problem.present
    filled = _filled(form, point)
    free = {
        place: {groups[i].id: round(point[form.load[i]]) for i in members}
        for place, members in enumerate(form.places)
    }
    place_of = {group: place for place, some in free.items() for group in some}
    placed: dict[int, int] = {}
    for index, unit in enumerate(form.units):
        left = filled[index]
        for stays in (True, False):
            for block in unit.blocks:
                if block[0] in placed:
                    continue
                group = present.get(block[0], -1)
                place = place_of.get(group, -1)
                if not stays:
                    place = next(it for it, count in left.items() if count)
                    group = next(it for it, n in free[place].items() if n >= len(block))
                elif not left.get(place) or free[place][group] < len(block):
                    continue
                left[place] -= 1
                free[place][group] -= len(block)
                placed.update(dict.fromkeys(block, group))
    return placed


def _filled(form: Formulation, point: Floats) -> dict[int, dict[int, int]]:
    """Unit → place → its blocks there."""
    filled: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for unit, place, column in form.entries():
        if (count := round(point[column])) > 0:
            filled[unit][place] += count
    if form.coarse:
        _leave_hubs(form, point, filled)
    return filled


def _leave_hubs(form: Formulation, point: Floats, filled: dict[int, dict[int, int]]) -> None:
    """Share out what leaves each hub among the units that came through it, in their order."""
    leaving: dict[int, list[list[int]]] = defaultdict(list)
    for (hub, place), column in form.hub_columns().items():
        if (count := round(point[column])) > 0:
            leaving[hub].append([place, count])
    for unit, (hub, column) in enumerate(
        zip(form.hub_of.tolist(), form.through.tolist(), strict=True)
    ):
        left, queue = round(point[column]), leaving[hub]
        while left > 0:
            taken = min(left, queue[0][1])
            filled[unit][queue[0][0]] += taken
            queue[0][1] -= taken
            left -= taken
            if not queue[0][1]:
                queue.pop(0)
