"""The gazetteer: addresses as people type them, and where they are."""

from field.grid.places.api import api
from field.grid.places.tables import PlaceDoor, PlaceGram, PlacePosting, PlaceSource, PlaceStreet
from kernel.capability import Capability

capability = Capability(
    "field.grid.places",
    apis=(api,),
    tables=(PlaceSource, PlaceStreet, PlaceDoor, PlaceGram, PlacePosting),
)
