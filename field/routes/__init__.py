"""The HTTP API of the field; ``api`` and ``topics`` are what ``app`` mounts."""

from field.routes import actions, reps, tasks, zones
from field.routes.api import api, topics

__all__ = ["actions", "api", "reps", "tasks", "topics", "zones"]
