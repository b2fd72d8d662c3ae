"""How each peer's connection did over the last two seconds, as `control.Quality`."""

from assist.webrtc.control.control import Quality
from assist.webrtc.node.peer import Peer


class QualityMeter:
    """Remembers what had been counted when it last looked."""

    def __init__(self, node_id: str) -> None:
        self._node_id = node_id
        self._before: dict[Peer, tuple[int, int]] = {}

    def keep(self, peers: set[Peer]) -> None:
        """Forget everyone else."""
        self._before = {peer: counts for peer, counts in self._before.items() if peer in peers}

    def measure(self, peers: list[Peer], seconds: float) -> list[Quality]:
        """One event per connected peer that was looked at before, ``seconds`` ago."""
        events = []
        for peer in peers:
            if not peer.connected:
                continue
            up = sum(uplink.octets for uplink in peer.published.values())
            down = sum(leg.octets for leg in peer.legs.values())
            before, self._before[peer] = self._before.get(peer), (up, down)
            if before is None:
                continue
            # Streams that ended take their counts along: no negative rates.
            bits_up = max(0, int((up - before[0]) * 8 / seconds))
            bits_down = max(0, int((down - before[1]) * 8 / seconds))
            receptions = [uplink.reception for uplink in peer.published.values()]
            rates = [uplink.clock_rate for uplink in peer.published.values()]
            blocks = [leg.last_block for leg in peer.legs.values()]
            loss_up = max((r.fraction_lost / 256 for r in receptions), default=0.0)
            loss_down = max((loss for loss, _ in blocks), default=0.0)
            jitters = [r.jitter / rate for r, rate in zip(receptions, rates, strict=True)]
            jitter = max([*jitters, *(jitter for _, jitter in blocks)], default=0.0)
            events.append(
                Quality(
                    node=self._node_id,
                    room=peer.room,
                    peer=peer.id,
                    loss=round(max(loss_up, loss_down), 4),
                    rtt_ms=round(peer.rtt * 1000, 1),
                    bitrate=bits_up + bits_down,
                    jitter_ms=round(jitter * 1000, 1),
                    loss_up=round(loss_up, 4),
                    loss_down=round(loss_down, 4),
                    bitrate_up=bits_up,
                    bitrate_down=bits_down,
                    estimate=peer.estimate,
                )
            )
        return events
