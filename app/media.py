"""One media node: ``python -m app.media``. Started by :mod:`app.serve`, never by hand."""
