"""What is wrong with a programme, in words: in a few for a block, in full, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from eventapp.programme.checking import Checked
from eventapp.programme.clashes import Clash, Rule
from eventapp.programme.models import Session
from eventapp.web.language import clock, current_language

SIGNS = {
    Rule.ROOM: _l("Room taken twice"),
    Rule.PERSON: _l("Person twice at once"),
    Rule.DELEGATES: _l("Signed up twice"),
    Rule.VISIT: _l("Away on a visit"),
    Rule.CAPACITY: _l("Over capacity"),
    Rule.HOURS: _l("Outside the hours"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """A clash for people to read."""

    clash: Clash
    sign: str
    text: str
    remedy: str
    sessions: tuple[Session, ...]


def say(clash: Clash, checked: Checked) -> Said:
    """The clash in the page's language."""
    sessions = tuple(checked.by_id[it] for it in clash.sessions)
    text, remedy = _SAID[clash.rule](clash, sessions, checked)
    return Said(clash, str(SIGNS[clash.rule]), text, remedy, sessions)


def signs(clashes: Iterable[Clash]) -> list[str]:
    """What is wrong in a few words, each once, the gravest first."""
    rules = {it.rule for it in clashes}
    return [str(sign) for rule, sign in SIGNS.items() if rule in rules]


def _room(clash: Clash, sessions: tuple[Session, ...], checked: Checked) -> tuple[str, str]:
    return (
        _(
            "%(room)s: “%(one)s” and “%(other)s” at the same time.",
            room=sessions[0].room.name if sessions[0].room else "",
            **_titles(sessions),
        ),
        _("Move one of the two, or give it another room."),
    )


def _person(clash: Clash, sessions: tuple[Session, ...], checked: Checked) -> tuple[str, str]:
    return (
        _(
            "%(name)s is needed at “%(one)s” and at “%(other)s” at the same time.",
            name=checked.people.get(clash.person, clash.person),
            **_titles(sessions),
        ),
        _("Move one of the two, or name somebody else."),
    )


def _delegates(clash: Clash, sessions: tuple[Session, ...], checked: Checked) -> tuple[str, str]:
    return (
        _(
            "Delegates signed up for both “%(one)s” and “%(other)s”, which are at the same time: "
            "%(number)d.",
            number=clash.number,
            **_titles(sessions),
        ),
        _("Move one of the two, or sign the delegates up for one only."),
    )


def _visit(clash: Clash, sessions: tuple[Session, ...], checked: Checked) -> tuple[str, str]:
    group = next(it for it in checked.attendance.departures if it.id == clash.group)
    return (
        _(
            "“%(title)s” is from %(starts)s to %(ends)s, but visit group %(group)s leaves at "
            "%(leaves)s. Members who miss it: %(number)d.",
            number=clash.number,
            title=sessions[0].title_in(current_language()),
            starts=clock(sessions[0].starts_at),
            ends=clock(sessions[0].ends_at),
            group=checked.attendance.groups.get(group.id, ""),
            leaves=clock(group.leaves_at),
        ),
        _("Move the session, let the group leave at another time, or change its members."),
    )


def _capacity(clash: Clash, sessions: tuple[Session, ...], checked: Checked) -> tuple[str, str]:
    if clash.is_offered:
        return (
            _(
                "“%(title)s”: sign-up is open for %(number)d, but the room holds %(limit)d.",
                title=sessions[0].title_in(current_language()),
                number=clash.number,
                limit=clash.limit,
            ),
            _("Find a larger room, or lower the places."),
        )
    return (
        _(
            "“%(title)s”: %(number)d are signed up, but there is room for %(limit)d.",
            title=sessions[0].title_in(current_language()),
            number=clash.number,
            limit=clash.limit,
        ),
        _("Find a larger room, raise the places, or open another class."),
    )


def _hours(clash: Clash, sessions: tuple[Session, ...], checked: Checked) -> tuple[str, str]:
    session, day = sessions[0], sessions[0].day
    return (
        _(
            "“%(title)s” is from %(starts)s to %(ends)s, but the day is from %(opens)s to "
            "%(closes)s.",
            title=session.title_in(current_language()),
            starts=clock(session.starts_at),
            ends=clock(session.ends_at),
            opens=clock(day.opens_at) if day.opens_at else "00:00",
            closes=clock(day.closes_at) if day.closes_at else "24:00",
        ),
        _("Move the session, or change the hours of the day."),
    )


_SAID = {
    Rule.ROOM: _room,
    Rule.PERSON: _person,
    Rule.DELEGATES: _delegates,
    Rule.VISIT: _visit,
    Rule.CAPACITY: _capacity,
    Rule.HOURS: _hours,
}


def _titles(sessions: tuple[Session, ...]) -> dict[str, str]:
    one, other = (it.title_in(current_language()) for it in sessions)
    return {"one": one, "other": other}
