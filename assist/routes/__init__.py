"""The HTTP API of this wing; `api` is what `app` mounts."""

from assist.routes import calls, guides, ice, invitations, pictures, queue, requests
from assist.routes.api import api

__all__ = ["api", "calls", "guides", "ice", "invitations", "pictures", "queue", "requests"]
