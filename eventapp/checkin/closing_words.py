"""How a device stands at a checkpoint, in words."""

from flask_babel import lazy_gettext as _l

from eventapp.checkin.reconciling import State

STATES = {
    State.COMPLETE: _l("Everything has arrived"),
    State.UNUSED: _l("Never used"),
    State.UNSENT: _l("It has entries that are not sent: give it a network, with the app open"),
    State.LEFT: _l(
        "A phone that was this device before had entries that were not sent. Look for it, or "
        "explain what became of them"
    ),
    State.DIFFERENT: _l("What it has made and what has arrived differ"),
    State.UNREPORTED: _l("It has not said how many it has made: open the app on it"),
    State.SILENT: _l(
        "Not heard of since this checkpoint was last used: it may have more. Open the app on it"
    ),
    State.EXPLAINED: _l("Explained"),
}
SHORT_STATES = {
    State.COMPLETE: _l("Complete"),
    State.UNUSED: _l("Never used"),
    State.UNSENT: _l("Unsent entries"),
    State.LEFT: _l("Unsent on another phone"),
    State.DIFFERENT: _l("Different"),
    State.UNREPORTED: _l("No report"),
    State.SILENT: _l("Not heard of"),
    State.EXPLAINED: _l("Explained"),
}
