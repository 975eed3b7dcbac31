"""What the app at the door says; its scripts have no words of their own."""

from flask_babel import force_locale
from flask_babel import gettext as _

from eventapp.web.language import LANGUAGES


def words() -> dict[str, str]:
    """Texts by the names that static/checkin/app/*.js use; ``{}`` is filled in there."""
    return _verdicts() | _state() | _work() | _walk_ins() | _differences() | _roll()


def kiosk_words() -> dict[str, dict[str, str]]:
    """What a kiosk says to delegates, in every language: nobody chooses one first."""
    spoken = {}
    for language in LANGUAGES:
        with force_locale(language):
            spoken[language] = _kiosk()
    return spoken


def _verdicts() -> dict[str, str]:
    return {
        "admitted": _("Welcome in"),
        "admitted_out": _("Out: noted"),
        "duplicate": _("Already in since {}"),
        "duplicate_in": _("Is inside already"),
        "duplicate_out": _("Is not inside"),
        "to_confirm": _("Let in: to be confirmed"),
        "override": _("Let in by your decision"),
        "not_stored": _("Not saved: write it down"),
        "unknown": _("Refused: unknown code"),
        "cancelled": _("Refused: registration cancelled"),
        "not_approved": _("Refused: not approved yet"),
        "wrong_checkpoint": _("Refused: not at this checkpoint"),
        "not_open": _("Refused: the checkpoint is not open"),
        "not_allowed": _("Refused: this device may not take anything back"),
        "undone": _("Taken back"),
        "undo_nothing": _("There was nothing to take back"),
        "to_confirm_hint": _(
            "The code looks right, but this device does not know it yet. The server will say."
        ),
        "not_stored_hint": _(
            "This device's storage is full and there is no network. Note the code on paper."
        ),
        "unknown_hint": _("Scan again, or find the person by name."),
        "unknown_hint_steward": _("Scan again, or call a supervisor."),
        "cancelled_hint": _("Please send the person to the organisers' desk."),
        "not_approved_hint": _("Please send the person to the organisers' desk."),
        "wrong_checkpoint_hint": _(
            "Check the group, the class or the day, and the checkpoint above."
        ),
        "not_open_hint": _("Look at the opening time of this checkpoint."),
        "not_allowed_hint": _("Ask a supervisor to take it back."),
        "by_device": _("Decided by this device; the server has not answered yet."),
        "group": _("Group {}"),
        "substitute": _("Stands in for {}"),
        "reprint": _("The badge is to be printed again"),
        "came": _("in since {}"),
        "server_says": _("The server says otherwise about {}: {}"),
    }


def _state() -> dict[str, str]:
    return {
        "unsent": _("Not yet sent: {}"),
        "all_sent": _("Everything is sent"),
        "online": _("Online"),
        "offline": _("No network"),
        "offline_since": _("No network since {}"),
        "offline_said": _("No network. Scanning goes on; scans are sent later."),
        "online_said": _("The network is back."),
        "steward": _("steward"),
        "supervisor": _("supervisor"),
        "leader": _("group leader"),
        "kiosk": _("kiosk"),
        "storage_full": _(
            "This device's storage is full. "
            "Scans are only kept until you leave the app: do not close it."
        ),
        "storage_memory": _(
            "This browser keeps nothing: "
            "scans are only kept until you leave the app. Do not close it."
        ),
        "refused_unsent": _(
            "Not accepted by the server, kept on this device: {}. Show this to an organiser."
        ),
        "unsent_unknown": _("It cannot be read what is not yet sent"),
        "no_database": _(
            "This browser's storage cannot be opened. "
            "Close all its windows and open the app again; "
            "scans that it holds are not lost by that."
        ),
        "unsent_others": _("Not yet sent, of another event: {}"),
        "no_roster": _(
            "This device does not have the list of people yet. Keep it on the network for a moment."
        ),
        "device_unknown": _(
            "The server does not know this device. Ask an organiser for a new link."
        ),
        "signed_out": _("This device may no longer scan. Ask an organiser for a new link."),
        "signed_out_unsent": _(
            "Scans still on this device: {}. They are sent once it is a device of the event again."
        ),
        "no_camera": _("The camera cannot be used. Allow it in the browser, or type the code."),
        "camera_on": _("Stop the camera"),
        "camera_off": _("Scan with the camera"),
        "choose": _("Choose a checkpoint"),
        "today": _("Today"),
        "other_days": _("Other days"),
        "passed": _("Passed: {}"),
        "needs_network": _("This needs the network. Try again when it is back."),
        "about_device": _("Device"),
        "about_rights": _("Rights"),
        "about_event": _("Event"),
        "about_people": _("People on this device"),
        "about_contact": _("Last contact"),
        "about_clock": _("This device's clock"),
        "clock_right": _("right"),
        "clock_behind": _("{} min slow; taken into account"),
        "clock_ahead": _("{} min fast; taken into account"),
        "never": _("never"),
    }


def _work() -> dict[str, str]:
    return {
        "nobody": _("Nobody of that name."),
        "more_letters": _("Type two letters or more."),
        "found": _("Found: {}"),
        "found_more": _("The first {}: type more of the name for others."),
        "print": _("Print the badge"),
        "print_of": _("Print the badge of {}"),
        "printing": _("The badge is on its way to the printer."),
        "override_open": _("Let in all the same …"),
        "override_title": _("Let in all the same?"),
        "override_do": _("Let in"),
        "undo": _("Take back"),
        "undo_short": _("Undo"),
        "undo_of": _("Undo the scan of {}"),
        "undo_title": _("Take this scan back?"),
        "undo_do": _("Take back"),
        "reason_missing": _("Choose a reason or write one."),
        "reason_wrong_person": _("Another person's badge"),
        "reason_by_mistake": _("Scanned by mistake"),
        "reason_left": _("The person did not come in"),
        "reason_organisers": _("The organisers agree"),
        "reason_guest": _("Invited guest, known in person"),
        "reason_list_wrong": _("The list is wrong"),
        "delegation_of": _("Delegation: {}"),
        "delegation_unknown": _("This delegation is not known."),
        "delegation_count": _("{} people, {} already here"),
        "delegation_confirm": _("Let in {} people"),
        "delegation_nobody": _("Tick who is here"),
        "delegation_done": _("Let in: {}"),
        "delegation_problems": _("Not let in: {}"),
        "not_approved_short": _("not approved yet"),
        "paper_at": _("{} on {}: every scan gets this time"),
        "paper_help": _("Hours and minutes as on paper, for example 07:45, on {}."),
        "paper_wrong": _("Write hours and minutes, for example 07:45."),
        "paper_future": _("This time has not come yet."),
        "paper_again": _("{}: entered already"),
        "paper_walk_in": _("From a paper list: came at {} on {}."),
        "history": _("History"),
        "history_of": _("History of {}"),
        "history_wait": _("Asking the server …"),
        "history_admitted": _("Let in"),
        "history_duplicate": _("Scanned again"),
        "history_none": _("Nothing has been recorded at this checkpoint."),
    }


def _walk_ins() -> dict[str, str]:
    return {
        "walk_in_none": _("None of these"),
        "walk_in_choose": _("Choose"),
        "walk_in_name_missing": _("Enter the name."),
        "walk_in_name_short": _("Enter the full name."),
        "walk_in_organisation_missing": _("Enter the office."),
        "walk_in_category_missing": _("Choose the category."),
        "walk_in_phone_wrong": _("Enter a telephone number, for example 0912 345 678."),
        "walk_in_email_wrong": _("Enter an address such as name@example.vn, or leave it empty."),
        "walk_in_errors": _("Something is missing"),
        "walk_in_code": _("Write this code on the badge, or let the person photograph it:"),
        "walk_in_registered": _("Registered"),
        "walk_in_waitlisted": _("On the waitlist: no place is left"),
        "walk_in_known": _("Was registered already"),
        "walk_in_refused": _("Could not be registered"),
        "walk_in_pending": _("Kept on this device; registered when there is a network."),
        "walk_in_failed": _("Not saved. Your entries are still there: try again."),
        "qr_of": _("QR code of {}"),
    }


def _differences() -> dict[str, str]:
    return {
        "look_none": _("Nothing has to be looked at."),
        "look_count": _("To be looked at: {}"),
        "look_double": _("Let in twice"),
        "look_refused": _("Let in, but to be refused"),
        "look_unknown": _("Let in with an unknown code"),
        "look_after_close": _("Arrived after the checkpoint was closed"),
        "look_walk_in": _("Came unregistered"),
        "look_override": _("Let in by decision"),
        "look_guest": _("Taken along by a bus that is full"),
        "look_first": _("First: {}, {}"),
        "look_then": _("Then: {}, {}"),
        "look_note": _("What was done"),
        "look_settle": _("Settled"),
        "look_note_missing": _("Write what was done."),
    }


def _roll() -> dict[str, str]:
    return _roll_lists() | {
        "leg_departure": _("Departure"),
        "leg_stop": _("Stop {}: {}"),
        "leg_return": _("Way back"),
        "roll_all_buses": _("All"),
        "roll_nowhere": _("This device has no bus whose roll it could call."),
        "roll_count": _("{} of {} on board"),
        "roll_missing": _("{} missing"),
        "roll_all": _("Nobody is missing"),
        "roll_excused_count": _("{} go their own way"),
        "roll_guests": _("Guests: {}"),
        "roll_late_count": _("Late: {}"),
        "roll_closed": _("Closed at {}, {} missing. Whoever comes later is ticked as before."),
        "roll_closed_short": _("closed"),
        "roll_next": _("On to: {}"),
        "roll_reopen": _("Open the roll again"),
        "roll_close_missing": _("{} missing. Call them, or tick who goes their own way."),
        "roll_close_all": _("All {} are on board."),
        "roll_excuse": _("Goes their own way"),
        "roll_excuse_of": _("{} goes their own way"),
        "roll_call": _("Call {}, {}"),
        "roll_note": _("Unticked in the roll"),
        "roll_unticked": _("{}: not on board"),
        "roll_leader": _("Leader"),
        "roll_guide": _("Guide"),
        "roll_driver": _("Driver"),
        "roll_meeting": _("Meeting point"),
        "roll_gone": _("{} does not come any more: taken off the list."),
        "roll_moved": _("{} now sits elsewhere: {}."),
        "roll_new": _("{} is new on the list."),
        "roll_news_seen": _("Seen"),
        "guest_ask": _("{}: take them along?"),
        "guest_none": _("No visit group"),
        "guest_take": _("Take along"),
        "guest_was": _("Taken along; until now: {}"),
    }


def _roll_lists() -> dict[str, str]:
    return {
        "roll_missing_list": _("Missing ({})"),
        "roll_absent_list": _("Not on board since departure ({})"),
        "roll_excused_list": _("Go their own way ({})"),
        "roll_aboard_list": _("On board ({})"),
        "roll_at": _("on board {}"),
        "roll_late": _("late, {}"),
        "roll_unknown": _("to be confirmed"),
        "roll_cancelled": _("registration cancelled"),
        "roll_from": _("guest, from {}"),
        "roll_guest": _("guest, sits in {}"),
        "roll_excused": _("own way"),
    }


def _kiosk() -> dict[str, str]:
    return {
        "call": _("Hold your QR code inside the frame"),
        "admitted": _("Welcome"),
        "duplicate": _("You are checked in already"),
        "to_confirm": _("Welcome; we will confirm your registration"),
        "refused": _("Please come to the help desk"),
        "not_stored": _("Please come to the help desk"),
        "print": _("Print my badge"),
        "printing": _("Your badge is being printed"),
        "no_print": _("Please get your badge at the help desk"),
        "done": _("Done"),
        "no_camera": _("The camera does not work. Please come to the help desk."),
    }
