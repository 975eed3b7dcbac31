"""Certificates as a kind of paper: which ones, in which language, in one file or many."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, BinaryIO

from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import BooleanField

from eventapp.certificates.certificate_pdf import (
    Form,
    Holder,
    NoCertificates,
    Words,
    write_certificates,
    write_certificates_apart,
)
from eventapp.certificates.models import Certificate
from eventapp.database import db
from eventapp.documents import heads, settings
from eventapp.documents.paper import PDF, ZIP, Kind, NothingToPrint, Order
from eventapp.documents.whose import DelegationOptions, delegation_field, delegation_id
from eventapp.events.dates import date_range
from eventapp.events.models import Event
from eventapp.mail import links
from eventapp.registration.models import Delegate, Delegation, Organisation
from eventapp.web.language import LANGUAGES

BOTH = "both"
_AT_ONCE = 500
_A_CODE = "0" * 12


class CertificateOptions(DelegationOptions):
    """Whose certificates, in which language, in one file or many."""

    delegation = delegation_field()
    apart = BooleanField(_l("Each certificate in a file of its own, in a ZIP file"))

    def fill_choices(self, event: Event) -> None:
        """One language or both; all delegations, or one."""
        self.language.choices = [*LANGUAGES.items(), (BOTH, " – ".join(LANGUAGES.values()))]
        super().fill_choices(event)


def write(order: Order, stream: BinaryIO) -> None:
    """Write the valid certificates that were ordered. Raises NothingToPrint if there are none."""
    chosen = delegation_id(order)
    conditions = [] if chosen is None else [Delegation.id == chosen]
    rows = order.shown(_rows(order.event, conditions))
    apart = order.options["apart"] and not order.is_preview
    write_rows(order.event, rows, stream, language=order.language, apart=apart)


def write_some(
    event: Event, ids: Sequence[int] | None, stream: BinaryIO, *, language: str, apart: bool
) -> None:
    """Write the valid certificates of these delegates, None for all. Raises NothingToPrint."""
    conditions = [] if ids is None else [Certificate.delegate_id.in_(ids)]
    write_rows(event, _rows(event, conditions), stream, language=language, apart=apart)


def write_rows(
    event: Event, rows: Iterator[Any], stream: BinaryIO, *, language: str, apart: bool
) -> None:
    """Write certificates, rows as `_rows` gives them. Raises NothingToPrint if there are none."""
    holders = _holders(event, rows, language)
    write_to = write_certificates_apart if apart else write_certificates
    form = form_of(event, language)
    try:
        write_to(form, holders, stream)
    except NoCertificates:
        raise NothingToPrint(
            _("No certificate has been issued yet; they are issued on the page Certificates.")
        ) from None


def form_of(event: Event, language: str) -> Form:
    """What all the event's certificates have in common, in ``vi``, ``en`` or both."""
    first = "vi" if language == BOTH else language
    with force_locale(first):
        head = heads.head_of(event, None, language=first)
        signature = heads.signature_of(event)
        words = _words(first)
    if language == BOTH:
        with force_locale("en"):
            words = _together(words, _words("en"))
    return Form(
        issuer=head.issuer,
        parent=head.parent,
        address=links.absolute("verifying.verify", code=_A_CODE).removesuffix(_A_CODE),
        signature=(signature.authority, signature.position),
        signatory=signature.name,
        logo=heads.logo_of(event),
        words=words,
        language=first,
        title=f"{words.kind}: {event.short_title}",
    )


_NATION = {
    "vi": ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"),
    "en": ("SOCIALIST REPUBLIC OF VIET NAM", "Independence - Freedom - Happiness"),
}


def _words(language: str) -> Words:
    country, motto = _NATION[language]
    return Words(
        country=country,
        motto=motto,
        kind=_("Certificate of training"),
        certifies=_("This is to certify that Mr/Ms"),
        position=_("Position:"),
        organisation=_("Organisation:"),
        completed=_("has completed the training"),
        number=_("Register number:"),
        code=_("Verification code:"),
        verify=_("To be verified at:"),
    )


def _together(first: Words, second: Words) -> Words:
    """In both languages; the country's name and motto in the first alone."""
    joined = {
        name: f"{getattr(first, name).rstrip(':')} / {getattr(second, name)}"
        for name in (
            "certifies",
            "position",
            "organisation",
            "completed",
            "number",
            "code",
            "verify",
        )
    }
    return Words(
        country=first.country,
        motto=first.motto,
        kind=first.kind,
        kind_below=second.kind,
        **joined,
    )


def _rows(event: Event, conditions: Sequence[Any]) -> Iterator[Any]:
    """Valid certificates with the delegation of whoever holds them, in the order of numbers."""
    query = (
        select(
            Certificate.name,
            Certificate.position,
            Certificate.organisation,
            Certificate.title,
            Certificate.title_en,
            Certificate.minutes,
            Certificate.visited,
            Certificate.number_text,
            Certificate.code,
            Certificate.issued_on,
            Certificate.reissues,
            Certificate.reissued_on,
            Delegation.name.label("delegation"),
            Delegation.is_other,
        )
        .join(Delegate, Delegate.id == Certificate.delegate_id)
        .join(Organisation, Organisation.id == Delegate.organisation_id)
        .join(Delegation, Delegation.id == Organisation.delegation_id)
        .where(
            Certificate.event_id == event.id,
            Certificate.withdrawn_at.is_(None),
            # What was destroyed is not printed.
            Certificate.name != "",
            *conditions,
        )
        .order_by(Certificate.number)
        .execution_options(yield_per=_AT_ONCE)
    )
    yield from db.session.execute(query)


def _holders(event: Event, rows: Iterator[Any], language: str) -> Iterator[Holder]:
    first = "vi" if language == BOTH else language
    days = [day.date for day in event.days]
    place = settings.of(event).place or event.place
    dated: dict[date, str] = {}
    lengths: dict[int, str] = {}
    for row in rows:
        # Words are looked up once for each length and day, not for each certificate.
        if row.minutes not in lengths:
            lengths[row.minutes] = _when(days, row.minutes, language)
        if row.issued_on not in dated:
            with force_locale(first):
                dated[row.issued_on] = heads.place_and_date(place, row.issued_on, "", first)
        in_english = row.title_en or row.title
        yield Holder(
            name=row.name,
            number=row.number_text,
            code=row.code,
            place_and_date=dated[row.issued_on],
            file_stem=" ".join(filter(None, ("" if row.is_other else row.delegation, row.name))),
            title=in_english if language == "en" else row.title,
            title_below=in_english if language == BOTH and in_english != row.title else "",
            position=row.position,
            organisation=row.organisation,
            when=lengths[row.minutes],
            visited=_visited(row.visited, language),
            note=_note(row, first) if row.reissues else "",
        )


def _when(days: Sequence[date], minutes: int, language: str) -> str:
    texts = []
    for it in ("vi", "en") if language == BOTH else (language,):
        with force_locale(it):
            dates, long = date_range(days, it), length(minutes)
            texts.append(_("Time: %(dates)s; duration: %(length)s", dates=dates, length=long))
    return " / ".join(texts)


def _visited(sites: str, language: str) -> str:
    if not sites:
        return ""
    labels = []
    for it in ("vi", "en") if language == BOTH else (language,):
        with force_locale(it):
            labels.append(_("Site visit"))
    return f"{' / '.join(labels)}: {sites}"


def length(minutes: int) -> str:
    """So many minutes as people say them, in the language of the context."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return str(_("%(minutes)s minutes", minutes=rest))
    if not rest:
        return str(_("%(hours)s hours", hours=hours))
    return str(_("%(hours)s hours %(minutes)s minutes", hours=hours, minutes=rest))


def _note(row: Any, language: str) -> str:
    with force_locale(language):
        return str(
            _(
                "Issued anew (%(number)s) on %(day)s",
                number=row.reissues,
                day=f"{row.reissued_on:%d/%m/%Y}",
            )
        )


CERTIFICATES = Kind(
    "certificates",
    _l("Certificates of training"),
    _l("All that were issued and are valid; in one PDF, or each in a file of its own."),
    write,
    CertificateOptions,
    lambda order: ZIP if order.options["apart"] else PDF,
)
