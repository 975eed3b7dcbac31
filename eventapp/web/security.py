"""Security headers. The content policy allows nothing inline and nothing from elsewhere."""

from functools import cache

from flask import Flask, Response, g, request

_POLICY = {
    "default-src": "'none'",
    "base-uri": "'none'",
    "connect-src": "'self'",
    "font-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "img-src": "'self' data: blob:",  # data: Bootstrap's own icons; blob: camera frames
    "manifest-src": "'self'",
    "media-src": "'self' blob:",
    "script-src": "'self'",
    "style-src": "'self'",
    "worker-src": "'self'",
}


_COMPILES = {"checkin/app/detector.js"}
"""Workers that need WebAssembly: what a worker may do is said by the answer that it came with."""


def allow_webassembly() -> None:
    """Let the page being answered compile WebAssembly: the camera's decoder needs it."""
    g.webassembly = True


def allow_frames() -> None:
    """Let the page being answered show a page or file of ours in a frame: a badge, to print it."""
    g.frames = True


@cache
def policy(*, webassembly: bool = False, frames: bool = False) -> str:
    """The Content-Security-Policy as a header value."""
    directives = dict(_POLICY)
    if frames:
        directives["frame-src"] = "'self' blob:"
    if webassembly:
        directives["script-src"] += " 'wasm-unsafe-eval'"
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def headers(*, https: bool) -> dict[str, str]:
    """What every answer carries, whatever it shows."""
    found = {
        "Content-Security-Policy": policy(),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # Addresses hold secrets: no other site may see where people come from.
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    }
    if https:
        found["Strict-Transport-Security"] = "max-age=31536000"
    return found


def init_app(app: Flask, *, https: bool) -> None:
    """Add the headers to every answer."""
    everywhere = headers(https=https)

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        compiles = request.endpoint == "static" and (request.view_args or {}).get("filename")
        webassembly = g.get("webassembly", False) or compiles in _COMPILES
        headers.setdefault(
            "Content-Security-Policy",
            policy(webassembly=webassembly, frames=g.get("frames", False)),
        )
        for name, value in everywhere.items():
            headers.setdefault(name, value)
        if "Cache-Control" not in headers:
            # Pages hold personal data: kept by nobody.
            headers["Cache-Control"] = "no-store"
        return response
