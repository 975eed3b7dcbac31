"""What organisers read of devices and checkpoints: names of what they can be."""

from flask_babel import lazy_gettext as _l

from eventapp.checkin.device_list import State
from eventapp.checkin.models import CheckpointKind, Leg, Passage, Rights

RIGHTS = {
    Rights.STEWARD: _l("Steward: scans and sees the verdict"),
    Rights.SUPERVISOR: _l(
        "Supervisor: also finds people, registers walk-ins, takes back, overrides, prints badges"
    ),
    Rights.KIOSK: _l("Kiosk: delegates check themselves in and get their badge"),
}
LEADER = _l("Group leader: calls the roll of their groups, takes guests along, sees telephones")
SHORT_RIGHTS = {
    Rights.STEWARD: _l("Steward"),
    Rights.SUPERVISOR: _l("Supervisor"),
    Rights.KIOSK: _l("Kiosk"),
    Rights.LEADER: _l("Group leader"),
}
KINDS = {
    CheckpointKind.DOOR: _l("Door"),
    CheckpointKind.TRAINING: _l("Training class"),
    CheckpointKind.MEAL: _l("One meal"),
    CheckpointKind.BUS: _l("Bus"),
}
LEGS = {
    Leg.DEPARTURE: _l("Departure"),
    Leg.STOP: _l("Stop"),
    Leg.RETURN: _l("Return"),
}
PASSAGES = {
    Passage.ONCE: _l("Once: again is a duplicate"),
    Passage.MANY: _l("Any number of times"),
    Passage.IN_OUT: _l("In and out, counted both ways"),
}
SHORT_PASSAGES = {
    Passage.ONCE: _l("Once"),
    Passage.MANY: _l("Any number of times"),
    Passage.IN_OUT: _l("In and out"),
}
STATES = {
    State.WAITING: _l("Waiting for its link to be opened"),
    State.EXPIRED: _l("The link was not opened in time"),
    State.IN_USE: _l("In use"),
    State.REVOKED: _l("Revoked"),
    State.ENDED: _l("Ended: the account may no longer check in"),
}
