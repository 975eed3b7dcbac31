"""The language of a page, and how values look in it."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers
from flask import Flask, g, has_request_context, request, session, url_for
from flask_babel import get_locale, refresh

from eventapp.extensions import babel

LANGUAGES = {"vi": "Tiếng Việt", "en": "English"}
DEFAULT_LANGUAGE = "vi"
_FALLBACK_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


def current_language() -> str:
    """``vi`` or ``en``: chosen by ``?lang=``, then remembered, else Vietnamese."""
    if not has_request_context():
        return DEFAULT_LANGUAGE
    if spoken := g.get("language"):
        return str(spoken)
    chosen = request.args.get("lang")
    if chosen in LANGUAGES:
        if session.get("lang") != chosen:
            session["lang"] = chosen
        return chosen
    remembered = session.get("lang")
    return remembered if remembered in LANGUAGES else DEFAULT_LANGUAGE


def speak_as_asked() -> None:
    """Answer this request in the language of its Accept-Language: a device has no session."""
    g.language = request.accept_languages.best_match(list(LANGUAGES), DEFAULT_LANGUAGE)
    refresh()


def init_app(app: Flask) -> None:
    """Set up Flask-Babel and the filters that templates use."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", DEFAULT_LANGUAGE)
    babel.init_app(app, locale_selector=current_language)
    app.jinja_env.filters.update(
        clock=clock,
        day=day,
        short_day=short_day,
        moment=moment,
        phone=phone,
        iso_day=lambda it: short_day(date.fromisoformat(it)),
        instant=lambda it: moment(datetime.fromisoformat(it)),
    )
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    return {
        "locale": str(get_locale() or DEFAULT_LANGUAGE),
        "language_links": _language_links(),
    }


def _language_links() -> list[tuple[str, str, str]]:
    """(code, name, address of this page in it); the home page's where this one has no address."""
    if request.endpoint is None or request.method != "GET":
        return [(code, name, f"/?lang={code}") for code, name in LANGUAGES.items()]
    build: Callable[..., str] = url_for
    arguments = {key: value for key, value in request.args.items() if not key.startswith("_")}
    arguments.update(request.view_args or {})
    return [
        (code, name, build(request.endpoint, **{**arguments, "lang": code}))
        for code, name in LANGUAGES.items()
    ]


def zone() -> ZoneInfo:
    """The zone in which this page shows times: its event's."""
    event = g.get("event")
    return event.zone if event is not None else _FALLBACK_ZONE


def clock(value: datetime | time) -> str:
    """``07:52``, in the event's zone."""
    if isinstance(value, datetime):
        value = value.astimezone(zone()).time()
    return value.strftime("%H:%M")


def day(value: date | datetime) -> str:
    """``Thứ Sáu, ngày 16/11/2012`` or ``Friday, 16 November 2012``."""
    local = _local_date(value)
    if str(get_locale()) == "en":  # a letter's language may differ from the page's
        return f"{local:%A}, {local.day} {local:%B %Y}"
    return f"{_WEEKDAYS[local.weekday()]}, ngày {local:%d/%m/%Y}"


def short_day(value: date | datetime) -> str:
    """``16/11/2012`` in both languages: the day first."""
    return f"{_local_date(value):%d/%m/%Y}"


def moment(value: datetime | None) -> str:
    """``07:52 16/11/2012``, in the event's zone; empty for None."""
    if value is None:
        return ""
    return f"{value.astimezone(zone()):%H:%M %d/%m/%Y}"


def phone(value: str) -> str:
    """``0912 345 678`` for a Vietnamese number in E.164, else the international form."""
    try:
        number = phonenumbers.parse(value)
    except phonenumbers.NumberParseException:
        return value
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(
        number, style.NATIONAL if number.country_code == 84 else style.INTERNATIONAL
    )


def _local_date(value: date | datetime) -> date:
    return value.astimezone(zone()).date() if isinstance(value, datetime) else value


_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")
