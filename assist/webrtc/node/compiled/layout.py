"""Memory that the compiled packet loop and Python share: sizes, records, and the arrays themselves."""

import mmap
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

BATCH: Final = 64
OUT_BATCH: Final = 256
SLOW: Final = 512
HEAD: Final = 64
"""Bytes before a received datagram, so that the forwarded header fits and is aligned."""
BUFFER: Final = 2304
HISTORY: Final = 1024
HISTORY_PACKET: Final = 1536
TIMES: Final = 4096
MAX_ADDRESSES: Final = 2048
MAX_PEERS: Final = 512
MAX_STREAMS: Final = 1024
MAX_LEGS: Final = 4096
ADDRESS_MASK: Final = 4 * MAX_ADDRESSES - 1
STREAM_MASK: Final = 4 * MAX_STREAMS - 1


def _integers(names: str) -> list[tuple[str, str]]:
    return [(name, "i8") for name in names.split()]


GLOBAL: Final = np.dtype(
    _integers(
        "fd datagrams_in packets_in packets_out send_failed not_authentic malformed"
        " slow_head slow_tail slow_lost"
    )
)
PEER: Final = np.dtype([*_integers("session arrivals"), ("seen", "f8")])
STREAM: Final = np.dtype(
    [
        *_integers(
            "key leg payload_type arrival_id clock_rate expected cycles received octets timed shift ticks"
        ),
        ("transit", "f8"),
        ("jitter", "f8"),
    ]
)
LEG: Final = np.dtype(_integers("session ssrc payload_type word next packets octets"))
# struct mmsghdr: msg_len is at 56, behind the padding of struct msghdr.
MESSAGE: Final = np.dtype(
    {
        "names": ["name", "namelen", "iov", "iovlen", "control", "controllen", "flags", "len"],
        "formats": ["i8", "u4", "i8", "i8", "i8", "i8", "i4", "u4"],
        "offsets": [0, 8, 16, 24, 32, 40, 48, 56],
        "itemsize": 64,
    }
)
IOVEC: Final = np.dtype([("base", "i8"), ("len", "i8")])

SHAPES: Final[dict[str, tuple[tuple[int, ...], Any]]] = {
    "global_": ((1,), GLOBAL),
    "length": ((2,), np.int32),
    "clock": ((2,), np.int64),
    "in_message": ((BATCH,), MESSAGE),
    "in_vector": ((BATCH,), IOVEC),
    "in_address": ((BATCH, 4), np.uint32),
    "in_buffer": ((BATCH, BUFFER), np.uint8),
    "out_message": ((OUT_BATCH,), MESSAGE),
    "out_vector": ((OUT_BATCH,), IOVEC),
    "out_buffer": ((OUT_BATCH, BUFFER), np.uint8),
    "address_index": ((ADDRESS_MASK + 1,), np.int64),
    "address_words": ((MAX_ADDRESSES, 4), np.uint32),
    "address_owner": ((MAX_ADDRESSES,), np.int64),
    "peers": ((MAX_PEERS,), PEER),
    "stream_index": ((STREAM_MASK + 1,), np.int64),
    "streams": ((MAX_STREAMS,), STREAM),
    "legs": ((MAX_LEGS,), LEG),
    "leg_address": ((MAX_LEGS, 4), np.uint32),
    "history": ((MAX_STREAMS, HISTORY, HISTORY_PACKET), np.uint8),
    "history_size": ((MAX_STREAMS, HISTORY), np.int32),
    "numbers": ((MAX_PEERS, TIMES), np.int32),
    "times": ((MAX_PEERS, TIMES), np.float64),
    "slow": ((SLOW, BUFFER), np.uint8),
    "slow_size": ((SLOW,), np.int32),
    "slow_address": ((SLOW, 4), np.uint32),
}
TABLES: Final = len(SHAPES)


class Tables:
    """The arrays, by the names of `SHAPES`. Pages cost memory only once they are touched."""

    def __init__(self, fd: int) -> None:
        self._arrays = {name: _allocate(shape, np.dtype(kind)) for name, (shape, kind) in SHAPES.items()}
        addresses = [array.ctypes.data for array in self._arrays.values()]
        self._directory = np.array(addresses, np.int64)
        self.pointer = int(self._directory.ctypes.data)
        self["global_"]["fd"] = fd
        self._wire("in", BATCH, HEAD)
        self._wire("out", OUT_BATCH, 0)
        self["in_message"]["name"] = self["in_address"].ctypes.data + 16 * np.arange(BATCH)

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._arrays[name]

    def _wire(self, way: str, count: int, head: int) -> None:
        vector, message = self[f"{way}_vector"], self[f"{way}_message"]
        vector["base"] = self[f"{way}_buffer"].ctypes.data + BUFFER * np.arange(count) + head
        vector["len"] = 2048 if head else BUFFER
        message["iov"] = vector.ctypes.data + 16 * np.arange(count)
        message["iovlen"], message["namelen"] = 1, 16


def _allocate(shape: tuple[int, ...], kind: np.dtype[Any]) -> NDArray[Any]:
    """Zeroed memory without huge pages: zeroing two megabytes inside the packet loop would stall it."""
    size = int(np.prod(shape)) * kind.itemsize
    memory = mmap.mmap(-1, max(size, 4096))
    if hasattr(mmap, "MADV_NOHUGEPAGE"):
        memory.madvise(mmap.MADV_NOHUGEPAGE)
    return np.frombuffer(memory, np.uint8, size).view(kind).reshape(shape)
