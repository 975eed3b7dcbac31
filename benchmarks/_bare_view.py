"""The least that a registration or a scan over HTTP can be: a Flask view that inserts durably.

    python benchmarks/_bare_view.py DATABASE_URL PORT THREADS WORKERS

It reads the same form, writes within the same `transaction()` on the same settings of the database,
stands behind the same gunicorn and answers with the same 303. It checks nothing, knows nobody and
writes one row where a registration writes seven. A scan is answered with its id.
"""

import sys

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Column, Integer, MetaData, String, Table, insert

from eventapp import database, serving
from eventapp.database import db, transaction

_ROWS = Table(
    "bare_person",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("name", String(120)),
    Column("email", String(254)),
)
_INSERT = insert(_ROWS)


def bare_app(database_url: str) -> Flask:
    """The application, with its table."""
    app = Flask(__name__)
    url = database_url.replace("postgresql://", "postgresql+psycopg://")
    database.configure(app, url)
    with app.app_context():
        _ROWS.metadata.create_all(db.engine)
        db.engine.dispose()

    @app.get("/readyz")
    def ready() -> str:
        return "ready"

    @app.get("/e/<event>/register")
    def page(event: str) -> str:
        return '<input name="csrf_token" value="none">'

    @app.post("/e/<event>/register")
    def register(event: str) -> ResponseReturnValue:
        values = {"name": request.form["name"], "email": request.form["email"]}
        with transaction():
            db.session.connection().execute(_INSERT, values)
        return "", 303, {"Location": f"/e/{event}"}

    @app.post("/api/v1/events/<event>/scans")
    def scans(event: str) -> ResponseReturnValue:
        sent = request.get_json()["scans"]
        rows = [{"name": it["code"], "email": it["id"]} for it in sent]
        with transaction():
            db.session.connection().execute(_INSERT, rows)
        return jsonify(results=[{"id": it["id"]} for it in sent])

    return app


if __name__ == "__main__":
    url, port, threads, workers = sys.argv[1:]
    serving.serve(bare_app(url), f"127.0.0.1:{port}", threads=int(threads), workers=int(workers))
