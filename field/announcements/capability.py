"""What the utility announces: planned shut-offs, bursts in work, water quality; to whom it matters."""

from field.announcements.api import api
from field.announcements.jobs import JOBS
from field.announcements.tables import Announcement, AnnouncementPolicy, AnnouncementStep
from field.callers import may_hear_announcements
from kernel.capability import Capability

capability = Capability(
    "field.announcements",
    apis=(api,),
    jobs=JOBS,
    topics={"announcements": may_hear_announcements},
    tables=(Announcement, AnnouncementStep, AnnouncementPolicy),
    kept=(
        *(Announcement.zones, Announcement.area, Announcement.place, Announcement.extra, Announcement.advice),
        *(Announcement.bowser, Announcement.contact, Announcement.exempt, Announcement.without_water),
        *(Announcement.texts, Announcement.min_lon, Announcement.min_lat, Announcement.max_lon),
        *(Announcement.max_lat, AnnouncementStep.told),
    ),
)
"""It is said to everybody, on the utility's behalf, and names nobody: nothing of it goes with a customer."""
