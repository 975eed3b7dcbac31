"""Files that people handed in, as answers to a browser: never run."""

from urllib.parse import quote

from flask import Response

from eventapp.media import SUFFIXES


def answer(content: bytes, name: str, media_type: str, *, is_inline: bool = False) -> Response:
    """The file under its own name, to be saved or, ``is_inline``, to be looked at."""
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = (
        f"{'inline' if is_inline else 'attachment'}; "
        f'filename="file{SUFFIXES[media_type]}"; '
        f"filename*=UTF-8''{quote(name, safe='')}"  # RFC 6266, 4.3
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
