"""Layers as they are kept: from each the whole network can be joined anew when another of them changes."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import msgspec

from field.network.files.records import LAYERS, LayerName, NetworkFile, PipeRow, PointRow


class _Layer(msgspec.Struct):
    """Pipes with the junctions that they name, or points."""

    pipes: tuple[PipeRow, ...] = ()
    points: tuple[PointRow, ...] = ()


def packed(file: NetworkFile) -> dict[LayerName, bytes]:
    """Each layer that a file has something to say about."""
    return {name: zlib.compress(msgspec.json.encode(_layer(file, name)), 6) for name in file.layers}


def _layer(file: NetworkFile, name: LayerName) -> _Layer:
    if name == "pipes":
        return _Layer(file.pipes or (), file.nodes)
    return _Layer(points=getattr(file, name))


def unpacked(layers: Mapping[LayerName, bytes]) -> NetworkFile:
    """What :func:`packed` packed, as one file again."""
    found = {
        name: msgspec.json.decode(zlib.decompress(layers[name]), type=_Layer)
        for name in LAYERS
        if name in layers
    }
    pipes = found.pop("pipes", None)
    return NetworkFile(
        pipes=pipes.pipes if pipes else None,
        nodes=pipes.points if pipes else (),
        **{name: layer.points for name, layer in found.items()},  # type: ignore[arg-type]
    )
