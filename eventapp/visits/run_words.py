"""What is said of runs of the allocation, in the language of the page."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventapp.database import now
from eventapp.visits.allocation.problem import Aim
from eventapp.visits.models import AllocationRun, RunState
from eventapp.visits.reason_words import AIMS
from eventapp.visits.run_settings import Mode, RunSettings
from eventapp.visits.runs import SILENCE

STATES = {
    RunState.WAITING: _l("Waiting for its turn"),
    RunState.SOLVING: _l("Being worked out"),
    RunState.DONE: _l("Ready to be looked at"),
    RunState.IMPOSSIBLE: _l("Impossible as things are"),
    RunState.FAILED: _l("Failed"),
    RunState.ACCEPTED: _l("Accepted"),
    RunState.DROPPED: _l("Put aside"),
}
MODES = {
    Mode.ANEW: _l("Everybody's place anew"),
    Mode.NEAREST: _l("As few moves as possible"),
}
PARTS = {
    "people": _l("who takes part, or what they can join"),
    "wishes": _l("wishes"),
    "groups": _l("groups or sites"),
    "rules": _l("rules"),
    "seats": _l("who sits where"),
}
_VALUES = {
    Aim.WISHES: _l("Points for wishes missed"),
    Aim.BELOW: _l("People further down their wishes"),
    Aim.TOGETHER: _l("Further groups that delegations are spread over"),
    Aim.MIXED: _l("People above their delegation's even share"),
    Aim.BALANCED: _l("People above a group's even share"),
    Aim.OFFICES: _l("People above their office's even share"),
    Aim.MOVES: _l("People who change groups"),
}


def state(run: AllocationRun) -> str:
    """How far a run is."""
    if run.state == RunState.SOLVING and run.heard_at and now() - run.heard_at > SILENCE:
        return _("Interrupted; it is taken up again")
    if run.state == RunState.SOLVING and run.is_to_stop:
        return _("Being stopped with the best that was found")
    return str(STATES[RunState(run.state)])


def mode(run: AllocationRun) -> str:
    """How it seeks."""
    return str(MODES[RunSettings.from_data(run.settings).mode])


def aims(settings: RunSettings) -> str:
    """What matters, the first first."""
    text = " → ".join(str(AIMS[it]) for it in settings.aims)
    return text[:1].upper() + text[1:]


def aim(name: str) -> str:
    """What one is called."""
    label = str(AIMS[Aim(name)])
    return label[:1].upper() + label[1:]


def value(name: str) -> str:
    """What its value counts; less is better."""
    return str(_VALUES[Aim(name)])


def percent(part: float | None) -> str:
    """``3.2 %``, or ``3,2 %`` in Vietnamese."""
    if part is None:
        return _("not known")
    return f"{format_decimal(100 * part, format='0.0')} %"


def number(value: float) -> str:
    """``2.1``, or ``2,1`` in Vietnamese."""
    return format_decimal(value, format="0.0")


def between(parts: Sequence[float]) -> str:
    """``38–100 %``."""
    least, most = (round(100 * it) for it in parts)
    return f"{least} %" if least == most else f"{least}–{most} %"


def outcome(result: Mapping[str, Any]) -> str:
    """How good it is, in a sentence."""
    match result["status"]:
        case "optimal":
            return _("Proven: nothing is better by these objectives in their order.")
        case "stopped":
            return _("Stopped: the best that was found until then, with what is proven of it.")
    return _("The time was over before all was proven: the best that was found until then.")


def proven(result: Mapping[str, Any]) -> str:
    """What is proven of one aim."""
    if result["bound"] is None:
        return _("nothing is proven")
    if result["value"] <= result["bound"]:
        return _("proven optimal")
    return _(
        "at least %(bound)s is proven: it could be better by %(gap)s at most",
        bound=result["bound"],
        gap=percent(result["gap"]),
    )


FAILURES = {
    "nothing_found": _l("No allocation was found in the time that was given. Give it more time."),
    "stopped_early": _l("It was stopped before any allocation was found."),
    "too_long": _l("It did not end in time and was ended. Ask for it again."),
    "solver_died": _l("The process that works it out ended early. Ask for it again."),
    "worker_died": _l("Three times the server ended while it was being worked out."),
}


def changed(parts: tuple[str, ...]) -> str:
    """What has changed since, as a list."""
    return ", ".join(str(PARTS[it]) for it in parts if it in PARTS)
