"""How a media node is set up."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NodeConfig:
    """One media node.

    ``host`` and ``port`` are where its UDP socket is bound (port 0: any free one); ``host6`` adds a second
    socket for IPv6 at a literal address (not ``::``: replies could leave from another address than was
    asked). ``advertised_addresses`` are what clients are told, best first, as ``host`` or ``host:port``
    (``[v6]:port``); empty: the bound address. ``redis_url`` None: no control over Redis (tests and
    benchmarks drive the node object).
    """

    node_id: str
    redis_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 0
    advertised_addresses: tuple[str, ...] = ()
    host6: str | None = None
    compiled: bool = False
    max_peers: int = 400
    peer_timeout_s: float = 10.0
    join_timeout_s: float = 30.0
    stall_limit_s: float = 2.0
    receive_buffer: int = 16 << 20
