"""Draw the demo city to look at it: `python -m demo.draw OUT.png [FONT.ttf]`.

Zones in their station's colour, streets, doors, the morning's tasks and requests, and one route over the road
graph.
"""

from __future__ import annotations

import colorsys
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import shapely
from PIL import Image, ImageDraw, ImageFont

from demo.city import FOLDER, City, load_city, opening_of
from field.road.streets import DRIVABLE, load_streets
from field.road.travel import RoadGraph

WIDTH = 1500
MARGIN = 30
SEA, LINE, STREET, PATH = (206, 224, 236), (52, 64, 96), (255, 255, 255), (232, 228, 222)
PRIORITY = ((110, 110, 110), (214, 140, 0), (200, 30, 30))


class Sheet:
    """A picture in map coordinates."""

    def __init__(self, bounds: tuple[float, float, float, float]) -> None:
        self.west, south, east, self.north = bounds
        self.scale = WIDTH / (east - self.west)
        # One degree of latitude is longer than one of longitude here: cos 43.74°.
        self.squeeze = 1 / 0.7225
        height = round((self.north - south) * self.scale * self.squeeze)
        self.image = Image.new("RGB", (WIDTH + 2 * MARGIN, height + 2 * MARGIN), SEA)
        self.pen = ImageDraw.Draw(self.image)

    def at(self, place: Any) -> tuple[float, float]:
        """Pixel of a (lon, lat)."""
        return (
            (place[0] - self.west) * self.scale + MARGIN,
            (self.north - place[1]) * self.scale * self.squeeze + MARGIN,
        )

    def line(self, places: Any, colour: tuple[int, int, int], width: int) -> None:
        """A line through places."""
        self.pen.line([self.at(place) for place in places], fill=colour, width=width, joint="curve")

    def dot(self, place: Any, radius: float, colour: tuple[int, int, int]) -> None:
        """A dot with a white rim."""
        x, y = self.at(place)
        box = (x - radius, y - radius, x + radius, y + radius)
        self.pen.ellipse(box, fill=colour, outline=(255, 255, 255), width=2)


def draw(city: City, font: str | None) -> Image.Image:
    """The whole city on one sheet."""
    zones = json.loads(city.zones)["features"]
    shapes: list[Any] = [shapely.geometry.shape(zone["geometry"]) for zone in zones]
    sheet = Sheet(shapely.union_all(shapes).bounds)
    stations = sorted({zone["properties"]["station"] for zone in zones})
    for number, (zone, shape) in enumerate(zip(zones, shapes, strict=True)):
        hue = stations.index(zone["properties"]["station"]) / len(stations)
        shade = colorsys.hsv_to_rgb((hue + 0.02 * (number % 3)) % 1, 0.18 + 0.09 * (number % 3), 0.97)
        for part in shapely.get_parts(shape):
            outline = [sheet.at(place) for place in part.exterior.coords]
            sheet.pen.polygon(outline, fill=(int(shade[0] * 255), int(shade[1] * 255), int(shade[2] * 255)))
    for edge in load_streets(city.streets).edges:
        drivable = edge.kind in DRIVABLE
        if not edge.tunnel:
            sheet.line(edge.shape, STREET if drivable else PATH, 4 if drivable else 2)
    for door in city.doors:
        sheet.dot((door.lon, door.lat), 1.5, (190, 180, 170))
    for shape in shapes:
        for part in shapely.get_parts(shape):
            sheet.line(part.exterior.coords, LINE, 4)
    graph = RoadGraph.load(city.streets)
    first, last = city.tasks[0], city.tasks[-2]
    sheet.line(graph.path((first.lon, first.lat), (last.lon, last.lat)), (30, 90, 220), 5)
    for task in city.tasks:
        sheet.dot((task.lon, task.lat), 7, PRIORITY[task.priority])
    for request in city.requests:
        sheet.dot((request.lon, request.lat), 7, (120, 40, 160))
    letters = ImageFont.truetype(font, 20) if font else ImageFont.load_default(20)
    for zone, shape in zip(zones, shapes, strict=True):
        name = zone["properties"]["name" if font else "name_en"]
        # The middle of the largest circle inside: a label there never lies in a harbour.
        middle = shapely.maximum_inscribed_circle(shape).coords[0]
        text = f"{zone['properties']['code']}\n{name}"
        sheet.pen.multiline_text(
            sheet.at(middle), text, fill=(20, 24, 60), font=letters, anchor="mm", align="center",
            stroke_width=3, stroke_fill=(255, 255, 255),
        )  # fmt: skip
    return sheet.image


def main() -> None:
    """Write the picture."""
    city = load_city(FOLDER, opening_of(date(2026, 3, 12), ZoneInfo("UTC")))
    draw(city, sys.argv[2] if len(sys.argv) > 2 else None).save(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
