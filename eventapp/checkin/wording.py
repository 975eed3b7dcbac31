"""What the scanning page says; its scripts have no words of their own."""

from flask_babel import gettext as _


def words() -> dict[str, str]:
    """Texts by the names that static/checkin/*.js use; ``{}`` is filled in there."""
    return {
        "admitted": _("Welcome in"),
        "duplicate": _("Already in since {}"),
        "unknown": _("Refused: unknown code"),
        "cancelled": _("Refused: registration cancelled"),
        "not_approved": _("Refused: not approved yet"),
        "wrong_checkpoint": _("Refused: not at this checkpoint"),
        "not_open": _("Refused: the checkpoint is not open"),
        "kept": _("Kept: waiting for the network"),
        "kept_hint": _("The scan is saved on this device and will be sent by itself."),
        "unknown_hint": _("Scan again, or find the person by name."),
        "cancelled_hint": _("Please send the person to the organisers' desk."),
        "not_approved_hint": _("Please send the person to the organisers' desk."),
        "wrong_checkpoint_hint": _(
            "Check the group, the class or the day, and the checkpoint above."
        ),
        "not_open_hint": _("Look at the opening time of this checkpoint."),
        "group": _("Group {}"),
        "passed": _("Passed: {}"),
        "unsent": _("Not yet sent: {}"),
        "all_sent": _("Everything is sent"),
        "signed_out": _("This device may no longer scan. Ask an organiser for a new link."),
        "no_network": _("No network. Scans are kept and sent later."),
        "no_camera": _("The camera cannot be used. Allow it in the browser, or type the code."),
        "camera_on": _("Stop the camera"),
        "camera_off": _("Scan with the camera"),
        "nobody": _("Nobody of that name."),
        "more_letters": _("Type two letters or more."),
        "came": _("in since {}"),
        "choose": _("Choose a checkpoint"),
        "print": _("Print the badge"),
        "print_of": _("Print the badge of {}"),
        "printing": _("The badge is on its way to the printer."),
        "storage_full": _("This device's storage is full. The scan is only kept until you leave."),
        "try_again": _("The server did not answer. Try again."),
    }
