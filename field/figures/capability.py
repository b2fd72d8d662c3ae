"""How well the work is done, week by week."""

from field.figures.api import api
from field.figures.jobs import JOBS
from field.figures.tables import (
    FigureDay,
    FigureGround,
    FigurePlaceWeek,
    FigureRepDay,
    FigureStationWeek,
    FigureTask,
    FigureTypeWeek,
    FigureZoneWeek,
)
from kernel.capability import Capability

capability = Capability(
    "field.figures",
    apis=(api,),
    jobs=JOBS,
    tables=(
        *(FigureTask, FigureRepDay, FigureDay, FigureGround),
        *(FigureZoneWeek, FigurePlaceWeek, FigureTypeWeek, FigureStationWeek),
    ),
    kept=(FigureTask.type,),
)
