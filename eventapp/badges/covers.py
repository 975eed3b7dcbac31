"""The envelopes of a print run: for each delegation a cover sheet, and a file of its badges."""

import re
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import chain, groupby
from typing import Any, BinaryIO, cast

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Select, select

from eventapp.badges import running, selection
from eventapp.badges.covers_pdf import Cover, CoverLabels, CoverPerson, CoverSheets, write_covers
from eventapp.badges.models import PrintedBadge, PrintRun
from eventapp.badges.render import NoBadges
from eventapp.badges.running import Job, Steps
from eventapp.database import db
from eventapp.events.models import Category, Event
from eventapp.registration.models import Delegate, Delegation, Organisation, Province
from eventapp.registration.ranks import BY_DELEGATION
from eventapp.text import clean

_PREFIX = "D-"
"""Before a delegation's code: letters and digits alone it is 13 characters, a pass code is 12."""
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
_LONGEST_NAME = 80
_AT_ONCE = 500


def code_text(code: str) -> str:
    """What the QR code of a delegation says (docs/printing.md)."""
    return _PREFIX + code


@dataclass(frozen=True, slots=True)
class Envelope:
    """A delegation with the people of a run whose badges are for it, by their ids, in order."""

    delegation: Any
    people: Mapping[int, Any]

    @property
    def name(self) -> str:
        """What the delegation is called."""
        return str(self.delegation.name)


def envelopes(event: Event, run: PrintRun) -> list[Envelope]:
    """The delegations of a run in the customary order, who is in each in protocol order.

    Two queries. Nobody who has cancelled.
    """
    query = (
        _listed(selection.coming(select(Delegate)))
        .join(PrintedBadge, PrintedBadge.delegate_id == Delegate.id)
        .where(PrintedBadge.run_id == run.id)
        .order_by(*BY_DELEGATION)
    )
    delegations = _delegations(event)
    return [
        # At the desk somebody may have been printed twice.
        Envelope(delegations[delegation_id], {row.id: row for row in rows})
        for delegation_id, rows in groupby(
            db.session.execute(query), key=lambda row: row.delegation_id
        )
    ]


def _listed(query: Select[Any]) -> Select[Any]:
    """What a checklist says of delegates."""
    read: Any = (
        query.join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .join(Category, Category.id == Delegate.category_id)
        .with_only_columns(
            Delegate.id,
            Delegate.name,
            Delegate.position,
            Delegate.substitutes_id,
            Delegate.reprint_since,
            Organisation.name.label("office"),
            Delegation.id.label("delegation_id"),
            Category.name.label("category"),
            Category.name_en.label("category_en"),
        )
    )
    return cast("Select[Any]", read)


def _as_printed(envelope: Envelope, ids: Collection[int]) -> Envelope:
    """The envelope with only these people, as they are called by now: what its badges show."""
    left = [id_ for id_ in envelope.people if id_ in ids]
    people = {id_: envelope.people[id_] for id_ in left}
    for start in range(0, len(left), _AT_ONCE):
        some = left[start : start + _AT_ONCE]
        rows = db.session.execute(_listed(select(Delegate).where(Delegate.id.in_(some))))
        people.update((row.id, row) for row in rows)
    return Envelope(envelope.delegation, people)


def _delegations(event: Event) -> Mapping[int, Any]:
    rows = db.session.execute(
        select(
            Delegation.id,
            Delegation.name,
            Delegation.code,
            Delegation.is_other,
            Delegation.lead_name,
            Delegation.lead_phone,
            Province.kind,
        )
        .outerjoin(Province, Province.code == Delegation.province_code)
        .where(Delegation.event_id == event.id)
    )
    return {row.id: row for row in rows}


def _cover(envelope: Envelope, language: str) -> Cover:
    delegation = envelope.delegation
    with force_locale(language):
        people = tuple(
            CoverPerson(
                row.name,
                row.position,
                "" if row.office == delegation.name else row.office,
                (language == "en" and row.category_en) or row.category,
                _note(row),
            )
            for row in envelope.people.values()
        )
        name = delegation.name
        if delegation.kind and not name.casefold().startswith(delegation.kind.casefold()):
            name = f"{delegation.kind} {name}"
        other = delegation.is_other
        title = _("Other delegates") if other else _("Delegation of %(name)s", name=name)
    return Cover(
        title,
        code_text(delegation.code),
        people,
        delegation.lead_name,
        _spoken(delegation.lead_phone),
    )


def _note(row: Any) -> str:
    notes = []
    if row.substitutes_id is not None:
        notes.append(_("substitute"))
    if row.reprint_since is not None:
        notes.append(_("reprint"))
    return ", ".join(notes)


def _spoken(phone: str) -> str:
    """A number as it is dialled in the country: ``0987 654 321``."""
    if not phone.startswith("+84"):
        return phone
    digits = "0" + phone[3:]
    return f"{digits[:4]} {digits[4:7]} {digits[7:]}".strip()


def write(
    event: Event,
    found: Sequence[Envelope],
    stream: BinaryIO,
    *,
    is_small: bool = False,
    language: str = "vi",
) -> int:
    """Write the cover sheets as a PDF, A4 or A5; the number of pages."""
    sheets = _sheets(event, is_small, language)
    return write_covers(sheets, [_cover(it, language) for it in found], stream)


def _sheets(event: Event, is_small: bool, language: str) -> CoverSheets:
    with force_locale(language):
        labels = CoverLabels(
            kind=_("Envelope of badges"),
            lead=_("Lead:"),
            phone=_("Telephone:"),
            total=_("Badges:"),
            number=_("No."),
            name=_("Full name, position"),
            office=_("Organisation"),
            category=_("Category"),
            note=_("Note"),
            tick=_("Inside"),
            received=_("Received by (signature, full name)"),
        )
    return CoverSheets(event.short_title_in(language), event.organiser, labels, is_small, language)


# --- The ZIP ------------------------------------------------------------------------------------


def archive(job: Job, found: Sequence[Envelope], covers: CoverSheets | None) -> Iterator[bytes]:
    """A ZIP with a PDF of badges for each delegation and, with ``covers``, its cover sheet.

    Written as it is read. Raises Cancelled in the midst of it when somebody cancels.
    """
    return running.tracked(job, _files(job, found, covers))


def covers_of(event: Event, *, is_small: bool, language: str = "vi") -> CoverSheets:
    """What the cover sheets of an archive say."""
    return _sheets(event, is_small, language)


def _files(job: Job, found: Sequence[Envelope], covers: CoverSheets | None) -> Steps:
    sink = _Sink()
    digits = max(2, len(str(len(found))))
    # A ZIP's times have no zone: they are read as those of the reader's clock.
    zone = db.session.get_one(Event, job.event_id).zone
    moment = job.started_at.astimezone(zone).timetuple()[:6]
    db.session.rollback()
    with zipfile.ZipFile(sink, "w") as archive:
        for number, envelope in enumerate(found, 1):
            name = f"{number:0{digits}} {_file_name(envelope.name)}"
            before = len(job.printed)
            badges = [it for it in job.badges if it.delegate_id in envelope.people]
            steps = running.drawn(job, badges)
            try:
                first = next(steps)
            except NoBadges:  # all of them have cancelled since
                continue
            with archive.open(_entry(f"{name}.pdf", moment), "w", force_zip64=True) as entry:
                for content, drawn in chain([first], steps):
                    entry.write(content)
                    yield sink.taken(), drawn
            if covers is None:
                continue
            # After the badges: whoever has cancelled while they were written is in neither.
            places = set(job.printed[before:])
            printed = {it.delegate_id for it in badges if it.place in places}
            cover = _cover(_as_printed(envelope, printed), covers.language)
            db.session.rollback()  # whoever fetches the file may be slow
            stream = BytesIO()
            write_covers(covers, [cover], stream)
            archive.writestr(
                _entry(f"{name} - {_file_name(covers.labels.kind)}.pdf", moment), stream.getvalue()
            )
    if not job.printed:
        raise NoBadges
    yield sink.taken(), len(job.printed)


def _entry(name: str, moment: tuple[int, int, int, int, int, int]) -> zipfile.ZipInfo:
    # What is inside is packed already.
    return zipfile.ZipInfo(name, moment)


def _file_name(text: str) -> str:
    """A name that every system takes, with its accents."""
    return _NOT_IN_NAMES.sub(" ", clean(text)).strip(" .")[:_LONGEST_NAME].strip(" .") or "-"


class _Sink:
    """What was written and nobody has taken yet."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes, /) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """What was written stays to be taken."""

    def taken(self) -> bytes:
        content = b"".join(self._parts)
        self._parts = []
        return content
