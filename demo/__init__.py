"""The demo city: Monaco's real streets, an invented water utility, and a morning of work.

Data, the scripts that made it (`python -m demo.build`), and the reader (`demo.city`). Licences: `README.md`.
"""
