"""Every address as every role, and what each answer must carry."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from eventapp.accounts.permissions import Access, Role, allows, required_access
from eventapp.events.models import Event
from tests.builders import build_event


def _rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def _address(app: Flask, rule: Rule, event: Event) -> str:
    values: dict[str, object] = {}
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        values[name] = (
            event.slug
            if kind == "EventConverter"
            else 999_999
            if kind in {"ColumnConverter", "TypedConverter"}
            else "no-such-thing"
        )
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values, method=_method(rule))


def _method(rule: Rule) -> str:
    methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
    return "GET" if "GET" in methods else sorted(methods)[0]


def test_every_view_declares_what_it_asks(app: Flask) -> None:
    undeclared = [
        rule.endpoint
        for rule in _rules(app)
        if required_access(app.view_functions[rule.endpoint]) is None
    ]
    assert undeclared == []


def test_a_view_that_declares_nothing_is_never_reached(second_app: Callable[..., Flask]) -> None:
    app = second_app()
    app.add_url_rule("/forgotten", "forgotten", lambda: "open to all")
    assert app.test_client().get("/forgotten").status_code == 500


@pytest.mark.parametrize("who", ["nobody", "administrator", *Role, "elsewhere"])
def test_every_address_as_every_role(
    who: str,
    app: Flask,
    event: Event,
    client: FlaskClient,
    sign_in: Callable[..., FlaskClient],
) -> None:
    role = Role(who) if who in set(Role) else None
    if who == "elsewhere":  # an organiser of another event is nobody at this one
        client = sign_in(Role.ORGANISER, build_event("su-kien-khac"))
    elif who != "nobody":
        client = sign_in(role, event if role else None)
    app.config["WTF_CSRF_ENABLED"] = False  # the guard alone is on trial here
    try:
        wrong = []
        for rule in _rules(app):
            access = required_access(app.view_functions[rule.endpoint])
            assert access is not None
            # Signing out would make everybody nobody for the rest of the walk.
            if rule.endpoint == "accounts.sign_out":
                continue
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                code = client.open(_address(app, rule, event), method=method).status_code
                if not _expected(access, who, role, method, code):
                    wrong.append((method, rule.rule, str(access), code))
        assert wrong == []
    finally:
        app.config["WTF_CSRF_ENABLED"] = True


def _expected(access: Access, who: str, role: Role | None, method: str, code: int) -> bool:
    if code >= 500:
        return False
    if access is Access.PUBLIC:
        return code not in {401, 403}
    if access is Access.SECRET:
        return code in {404, 410} or code in {200, 302, 303}
    if access is Access.DEVICE:
        return code == 401
    if who == "nobody":
        return code == (302 if method == "GET" else 401)
    if access is Access.SIGNED_IN:
        # Pages of an event that ask for an account only may still have nothing to show.
        return code != 401
    allowed = allows(access, is_administrator=who == "administrator", role=role)
    return (code not in {401, 403}) if allowed else code == 403


def test_every_post_needs_the_forms_token(
    app: Flask, event: Event, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in(None)
    unprotected = []
    for rule in _rules(app):
        access = required_access(app.view_functions[rule.endpoint])
        if access is Access.DEVICE or "POST" not in (rule.methods or set()):
            continue  # devices send a bearer token, which no browser adds by itself
        answer = client.post(_address(app, rule, event))
        if answer.status_code != 400:
            unprotected.append((rule.rule, answer.status_code))
    assert unprotected == []


def test_security_headers(client: FlaskClient) -> None:
    headers = client.get("/").headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


INLINE = ('style="', " onclick=", " onchange=", " onsubmit=", "<style", "<script>", "javascript:")


def test_pages_have_nothing_inline(
    app: Flask, event: Event, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in(None)
    for rule in _rules(app):
        if "GET" not in (rule.methods or set()):
            continue
        page = client.get(_address(app, rule, event), follow_redirects=True)
        if page.mimetype == "text/html":
            for forbidden in INLINE:
                assert forbidden not in page.text, (rule.rule, forbidden)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(("address", "code"), [("/nothing-here", 404), ("/e/nothing-here/", 404)])
def test_errors_speak_the_language(
    client: FlaskClient, address: str, code: int, language: str
) -> None:
    page = client.get(f"{address}?lang={language}")
    assert page.status_code == code
    assert f'lang="{language}"' in page.text
    assert ("This page does not exist" in page.text) == (language == "en")
    assert "Traceback" not in page.text


def test_a_failure_shows_no_trace_and_no_values(
    second_app: Callable[..., Flask], caplog: pytest.LogCaptureFixture
) -> None:
    app = second_app()

    def broken() -> str:
        raise ValueError("secret thing")

    broken.required_access = Access.PUBLIC  # type: ignore[attr-defined]
    app.add_url_rule("/broken", "broken", broken)
    page = app.test_client().get("/broken")
    assert page.status_code == 500
    assert "secret thing" not in page.text


def test_logs_hold_no_address(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        client.get("/p/a-secret-link?name=Nguyễn")
    assert "a-secret-link" not in caplog.text
    assert all("a-secret-link" not in str(record.__dict__) for record in caplog.records)


def test_static_files_come_without_a_cookie(sign_in: Callable[..., FlaskClient]) -> None:
    answer = sign_in(None).get("/static/css/tokens.css?v=1")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "immutable" in answer.headers["Cache-Control"]


def test_health(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
