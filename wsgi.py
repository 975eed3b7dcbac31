"""What a WSGI server loads: ``gunicorn wsgi:app``."""

from eventapp import create_app
from eventapp.web.logs import configure

configure()
app = create_app()
