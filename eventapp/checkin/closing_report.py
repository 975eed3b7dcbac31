"""What is reported of a checkpoint that was closed out: the figures that were signed, as the page
and the paper show them. People are named only where something was looked into, and there as the
registration has them now: who was anonymised since is named no more.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from flask_babel import force_locale
from flask_babel import gettext as _

from eventapp.checkin import closing, discrepancies, discrepancy_words
from eventapp.checkin.closing import Standing
from eventapp.checkin.closing_pdf import ClosingDocument, Table, write_closing
from eventapp.checkin.closing_words import SHORT_STATES
from eventapp.checkin.models import Closing
from eventapp.checkin.reconciling import State
from eventapp.events.models import Event
from eventapp.pdf.letterhead import Letterhead, Signature

# Head and signature of the event's papers; filled in eventapp.features.
head_of: list[Callable[..., Letterhead]] = []
signature_of: list[Callable[..., Signature]] = []

KIND = "BC"
"""The short form of the paper's kind, for its number."""
_MOST_DISCREPANCIES = 1000


@dataclass(frozen=True, slots=True)
class Device:
    """A device as it was when the checkpoint was closed; the explanation as it was given."""

    name: str
    made: int | None
    received: int
    unsent: int | None
    reported_at: datetime | None
    state: State
    reason: str
    given_by: str


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a closing. Delegations are (name, expected, present)."""

    closing: Closing
    figures: dict[str, Any]
    delegations: Sequence[tuple[str, int, int]]
    categories: Sequence[tuple[str, int, int]]
    devices: Sequence[Device]
    discrepancies: Sequence[tuple[str, int]]

    @property
    def times(self) -> tuple[datetime | None, datetime | None]:
        """When the first and the last of them came."""
        first, last = self.figures["first_at"], self.figures["last_at"]
        return first and datetime.fromisoformat(first), last and datetime.fromisoformat(last)


def summary(found: Standing, language: str = "vi") -> Report:
    """The report of a checkpoint that is closed. Raises NotClosed."""
    row = found.closing
    if row is None:
        raise closing.NotClosed
    figures = row.figures
    which = 1 if language == "en" else 0
    return Report(
        closing=row,
        figures=figures,
        delegations=[tuple(it) for it in figures["delegations"]],
        categories=[(it[which], it[2], it[3]) for it in figures["categories"]],
        devices=_devices(found),
        discrepancies=[
            (str(label), figures["discrepancies"][kind])
            for kind, label in discrepancy_words.KINDS.items()
            if kind in figures["discrepancies"]
        ],
    )


def write(event: Event, checkpoint_id: int, stream: BinaryIO, *, language: str = "vi") -> int:
    """Write the report as a PDF; returns the number of pages.

    Raises CheckpointNotFound, NotClosed.
    """
    found = closing.standing(event.id, checkpoint_id)
    with force_locale(language):
        report = summary(found, language)
        return write_closing(_paper(event, found, report, language), stream)


def _paper(event: Event, found: Standing, report: Report, language: str) -> ClosingDocument:
    row, zone = report.closing, event.zone
    signature = _signature(event)
    return ClosingDocument(
        letterhead=_head(event, language),
        kind=_("Report on the check-in"),
        subject=(found.checkpoint.name_in(language), event.title_in(language)),
        facts=_facts(report, zone),
        notes=[_("Note: %(note)s", note=row.note)] if row.note else [],
        tables=[
            _numbers(_("By delegation"), _("Delegation"), report.delegations),
            _numbers(_("By category"), _("Category"), report.categories),
            _device_table(report, zone),
            _discrepancy_table(event, found, row),
        ],
        statement=_(
            "All entries that the devices named above made at this checkpoint have arrived, or it "
            "is explained above why not, and everything that was to be looked at has been settled. "
            "The checkpoint was closed out at %(time)s by %(name)s.",
            time=_moment(row.closed_at, zone),
            name=row.closed_by or "……",
        ),
        signatures=(Signature(position=_("Drawn up by"), name=row.closed_by), signature),
        language=language,
        created=row.closed_at,
    )


def _head(event: Event, language: str) -> Letterhead:
    for of in head_of:
        return of(event, KIND, language=language)
    return Letterhead(issuer=event.organiser or event.short_title)


def _signature(event: Event) -> Signature:
    for of in signature_of:
        return of(event, recipients=())
    return Signature(position=_("Head of the committee"))


def _facts(report: Report, zone: ZoneInfo) -> list[tuple[str, str]]:
    figures = report.figures
    first, last = report.times
    facts = [
        (_("Expected"), str(figures["expected"])),
        (_("Present"), str(figures["passed"])),
    ]
    if figures["inside"] is not None:
        facts.append((_("Inside when it was closed out"), str(figures["inside"])))
    if first and last:
        facts.append(
            (_("First and last arrival"), f"{_moment(first, zone)} – {_moment(last, zone)}")
        )
    facts += [
        (_("Entries of the log"), str(figures["entries"])),
        (
            _("Admitted, duplicates, refused, taken back"),
            f"{figures['admitted']}, {figures['duplicate']}, {figures['refused']}, "
            f"{figures['undone']}",
        ),
        (_("Of them from paper lists"), str(figures["paper"])),
    ]
    return facts


def _numbers(heading: str, title: str, rows: Sequence[tuple[str, int, int]]) -> Table:
    return Table(
        heading,
        ((title, 0.64, "left"), (_("Expected"), 0.18, "center"), (_("Present"), 0.18, "center")),
        [(name, str(wanted), str(came)) for name, wanted, came in rows],
        _("Nobody was expected here."),
    )


def _device_table(report: Report, zone: ZoneInfo) -> Table:
    return Table(
        _("Devices"),
        (
            (_("Device"), 0.22, "left"),
            (_("Entries made"), 0.1, "center"),
            (_("Received"), 0.1, "center"),
            (_("Last report"), 0.18, "center"),
            (_("State"), 0.4, "left"),
        ),
        [
            (
                it.name,
                "–" if it.made is None else str(it.made),
                str(it.received),
                _moment(it.reported_at, zone) if it.reported_at else "–",
                f"{SHORT_STATES[it.state]}: {it.reason} ({it.given_by})"
                if it.reason
                else str(SHORT_STATES[it.state]),
            )
            for it in report.devices
        ],
        _("No device was used here."),
    )


def _discrepancy_table(event: Event, found: Standing, row: Closing) -> Table:
    rows = discrepancies.find(
        event.id,
        is_settled=None,
        checkpoint_id=found.checkpoint.id,
        until=row.closed_at,
        most=_MOST_DISCREPANCIES,
    )
    return Table(
        _("What was looked into"),
        (
            (_("Person"), 0.24, "left"),
            (_("What happened"), 0.42, "left"),
            (_("How it was settled"), 0.34, "left"),
        ),
        [
            (
                discrepancy_words.title(it),
                discrepancy_words.happened(it, event.zone),
                f"{it.row.note} ({it.row.settled_by})" if it.row.note else "",
            )
            for it in reversed(rows)
        ],
        _("Nothing had to be looked into."),
    )


def _devices(found: Standing) -> list[Device]:
    now_known = {it.id: it for it in found.devices.rows}
    rows = []
    for it in found.closing.figures["devices"] if found.closing else ():
        known = now_known.get(it["id"])
        state = State(it["state"])
        explanation = known.explanation if known and state is State.EXPLAINED else None
        rows.append(
            Device(
                name=it["name"] or (known.name if known else ""),
                made=it["made"],
                received=it["received"],
                unsent=it["unsent"],
                reported_at=it["reported_at"] and datetime.fromisoformat(it["reported_at"]),
                state=state,
                reason=explanation.reason if explanation else "",
                given_by=explanation.given_by if explanation else "",
            )
        )
    return rows


def _moment(value: datetime, zone: ZoneInfo) -> str:
    return f"{value.astimezone(zone):%H:%M %d/%m/%Y}"
