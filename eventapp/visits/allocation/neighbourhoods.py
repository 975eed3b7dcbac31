"""Better points from a good one: some delegations are placed anew while the others stay.

Where delegations are kept together under much that binds, the search as a whole finds a better
point late or never; a few delegations at a time it solves in a blink. What is found says nothing
of bounds.
"""

import time
from random import Random

import numpy as np

from eventapp.visits.allocation.formulation import Formulation, Linear
from eventapp.visits.allocation.model import TOLERANCE, Floats, Watch, solve_whole

# Delegations placed anew at first (more while it is quick, fewer while it is not), seconds for
# each try, and tries without success to give up.
_ANEW, _SECONDS, _PATIENCE = 5, 1.0, 30


def improve(
    form: Formulation, value: Linear, point: Floats, watch: Watch, seconds: float
) -> Floats:
    """A point that is no worse in ``value``, within ``seconds``; the same tries each time."""
    chance, model = Random(0), form.model  # noqa: S311 (nothing secret)
    ends = time.monotonic() + seconds
    cost = value.dense(len(model.lower))
    of_unit = [{it.delegation for it in unit.like} for unit in form.units]
    delegations = sorted({it for some in of_unit for it in some if it is not None})
    own = [of_unit[unit] for unit in form.unit_of.tolist()]
    low, high = model.lower.copy(), model.upper.copy()
    following, failed = model.whole.copy(), 0
    model.whole[form.following] = True
    size = _ANEW
    while failed < _PATIENCE and not watch.over() and time.monotonic() < ends:
        anew = set(chance.sample(delegations, min(size, len(delegations))))
        stays = form.x[np.array([not (some & anew) and some != {None} for some in own])]
        model.lower[stays] = model.upper[stays] = point[stays]
        began = time.monotonic()
        left = min(_SECONDS, ends - began)
        found = solve_whole(model, cost, watch, seconds=left, start=point).point
        model.lower[:], model.upper[:] = low, high
        took = time.monotonic() - began
        size = max(2, size - 1) if took > _SECONDS / 2 else size + (took < _SECONDS / 5)
        if found is not None and cost @ found < cost @ point - TOLERANCE:
            point, failed = found, 0
        else:
            failed += 1
    model.whole[:] = following
    return point
