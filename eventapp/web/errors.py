"""Refusals and failures as pages, or as JSON for the interface of devices."""

import logging

from flask import Flask, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from eventapp.extensions import db

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Answer every error in the user's language."""

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        code = error.code or 500
        if code < 400 or error.response is not None:
            return error
        answer = _answer(code, *_text(code))
        if isinstance(answer, tuple):
            headers = [h for h in error.get_headers() if h[0] in {"Allow", "Retry-After"}]
            return answer[0], code, headers
        return answer

    @app.errorhandler(CSRFError)
    def csrf_error(error: CSRFError) -> ResponseReturnValue:
        return _answer(
            400,
            _("The form has expired"),
            _("For safety a form can be sent for a few hours only; nothing was changed."),
            _("Go back, reload the page and send it again."),
        )

    @app.errorhandler(StaleDataError)
    def stale(error: StaleDataError) -> ResponseReturnValue:
        return _answer(
            409,
            _("Somebody else has just changed this"),
            _("Your changes were not saved, so that theirs are not lost."),
            _("Go back, reload the page to see their changes, and make yours again."),
        )

    @app.errorhandler(OperationalError)
    def busy(error: OperationalError) -> ResponseReturnValue:
        db.session.rollback()
        log.error("database unavailable", exc_info=_without_values(error))
        return _answer(503, *_text(503))

    @app.errorhandler(OverflowError)
    @app.errorhandler(DataError)
    def too_large(error: OverflowError | DataError) -> ResponseReturnValue:
        if not _is_of_a_number(error):
            return failure(error)
        db.session.rollback()
        # What is asked for by such a number does not exist; what is sent with one is wrong.
        code = 404 if request.method in {"GET", "HEAD"} else 400
        return _answer(code, *_text(code))

    @app.errorhandler(Exception)
    def failure(error: Exception) -> ResponseReturnValue:
        db.session.rollback()
        log.error("unhandled error", exc_info=_without_values(error))
        return _answer(500, *_text(500))


def _is_of_a_number(error: OverflowError | DataError) -> bool:
    """Whether the database was given a number that is larger than its column or its kind holds."""
    if isinstance(error, DataError):  # PostgreSQL's name for it
        return getattr(error.orig, "sqlstate", None) == "22003"
    return "SQLite INTEGER" in str(error)


def _without_values(error: Exception) -> Exception:
    """SQLAlchemy prints the values of a statement: personal data, which logs must not hold."""
    if hasattr(error, "hide_parameters"):
        error.hide_parameters = True
    return error


def _answer(code: int, heading: str, explanation: str, what_to_do: str) -> ResponseReturnValue:
    if request.path.startswith("/api/"):
        body = jsonify(error={"code": code, "message": heading, "detail": explanation})
        return body, code
    page = render_template(
        "errors/error.html",
        code=code,
        heading=heading,
        explanation=explanation,
        what_to_do=what_to_do,
    )
    return page, code


def _text(code: int) -> tuple[str, str, str]:
    """(heading, explanation, what to do) for a status code."""
    texts = {
        400: (
            _("The request could not be understood"),
            _("Something in what the browser sent is missing or wrong."),
            _("Go back, check what you entered and send it again."),
        ),
        401: (
            _("Please sign in"),
            _("This page is for people with an account."),
            _("Sign in and try again."),
        ),
        403: (
            _("You may not open this page"),
            _("Your account does not have the right to do this."),
            _("Ask the organiser of the event to give you the right, or sign in as somebody else."),
        ),
        404: (
            _("This page does not exist"),
            _("The address is wrong, or the link is no longer valid."),
            _("Check the address, or start from the home page."),
        ),
        405: (
            _("This cannot be done here"),
            _("The page does not take this kind of request."),
            _("Go back and use the buttons on the page."),
        ),
        413: (
            _("That is too large"),
            _("What was sent is larger than this page takes."),
            _("Choose a smaller file and send it again."),
        ),
        429: (
            _("Too many attempts"),
            _("To protect accounts and registrations, attempts are limited."),
            _("Wait a minute and try again."),
        ),
        503: (
            _("The system is busy"),
            _("The database did not answer in time; nothing was changed."),
            _("Wait a moment and try again."),
        ),
    }
    return texts.get(code) or (
        _("Something went wrong on our side"),
        _("The error has been recorded; nothing half-done was kept."),
        _("Try again in a moment. If it happens again, call the organisers."),
    )
