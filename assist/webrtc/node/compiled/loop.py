"""The packet loop, compiled at run time by numba: for packets that come in order, and nothing else.

One `pump` is: recvmmsg; for each datagram sender → SSRC → srtp_unprotect → forwarded form → history; for
each viewer copy, patch, srtp_protect; sendmmsg. Whatever is not the expected packet of a stream in the
tables goes, still encrypted, to a ring that Python drains with the reference loop, which thereby decides
every case that is not the plain one. State is in the arrays of `compiled_tables`.

Rules: counters and pointers are int64 throughout; C functions are called by symbol, because a ctypes pointer
cannot be cached with the machine code. A symbol that does not resolve ends the process as soon as anything
is compiled in it, so they are made known first, and loading this module fails where one is not there.
Linux, IPv4, little-endian, 64 bit.
"""
# mypy: ignore-errors
# (what is below is typed by numba, by other rules than mypy's)

import ctypes

import numpy as np
from llvmlite import binding as llvm
from numba import carray, cfunc, njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from assist.webrtc.node.adapter import PROTECT_SYMBOL, UNPROTECT_SYMBOL, srtp_symbols
from assist.webrtc.node.compiled.layout import (
    ADDRESS_MASK,
    BATCH,
    BUFFER,
    GLOBAL,
    HEAD,
    HISTORY,
    HISTORY_PACKET,
    IOVEC,
    LEG,
    MAX_ADDRESSES,
    MAX_LEGS,
    MAX_PEERS,
    MAX_STREAMS,
    MESSAGE,
    OUT_BATCH,
    PEER,
    SLOW,
    STREAM,
    STREAM_MASK,
    TABLES,
    TIMES,
)
from assist.webrtc.node.rtp.reception import LEAP_S

for _symbol, _place in srtp_symbols().items():
    llvm.add_symbol(_symbol, _place)

_i4, _i8 = types.int32, types.int64
_srtp = _i4(_i8, _i8, _i8)
_protect = types.ExternalFunction(PROTECT_SYMBOL, _srtp)
_unprotect = types.ExternalFunction(UNPROTECT_SYMBOL, _srtp)
_recvmmsg = types.ExternalFunction("recvmmsg", _i4(_i4, _i8, _i4, _i4, _i8))
_sendmmsg = types.ExternalFunction("sendmmsg", _i4(_i4, _i8, _i4, _i4))
_errno = types.ExternalFunction("__errno_location", types.CPointer(_i4)())
_memcpy = types.ExternalFunction("memcpy", _i8(_i8, _i8, _i8))
_clock_gettime = types.ExternalFunction("clock_gettime", _i4(_i4, _i8))
_DONTWAIT, _EINTR, _EAGAIN, _ENOBUFS, _MONOTONIC = 0x40, 4, 11, 105, 1

_options = {"cache": True, "error_model": "numpy"}


@intrinsic
def _pointer(typing_context, address):
    """int64 → void*, as carray wants it."""
    return types.voidptr(types.int64), lambda context, builder, signature, arguments: builder.inttoptr(
        arguments[0], cgutils.voidptr_t
    )


@njit(**_options)
def address_hash(low, high):
    """Place of an IPv4 socket address, given as two words, in its table."""
    mixed = (low * 40503) ^ (high * 2654435761)
    return (mixed ^ (mixed >> 17)) & ADDRESS_MASK


@njit(**_options)
def stream_hash(key):
    """Place of peer << 32 | SSRC in its table."""
    return ((key * 2654435761) >> 15) & STREAM_MASK


@njit(**_options)
def _find_peer(index, words, owner, low, high):
    place = address_hash(low, high)
    while index[place]:
        row = index[place] - 1
        if words[row, 0] == low and words[row, 1] == high:
            return owner[row]
        place = (place + 1) & ADDRESS_MASK
    return -1


@njit(**_options)
def _find_stream(index, streams, key):
    place = stream_hash(key)
    while index[place]:
        if streams[index[place] - 1].key == key:
            return index[place] - 1
        place = (place + 1) & STREAM_MASK
    return -1


@njit(**_options)
def _flush(g, first, count):
    """A destination that cannot be reached costs only its own packet, not the batch."""
    done = 0
    while done < count:
        sent = _sendmmsg(_i4(g.fd), first + 64 * done, _i4(count - done), _i4(_DONTWAIT))
        if sent > 0:
            done += sent
            g.packets_out += sent
            continue
        error = _errno()[0]
        if error == _EINTR:
            continue
        if error == _EAGAIN or error == _ENOBUFS:
            g.send_failed += count - done
            return
        g.send_failed += 1
        done += 1


@njit(**_options)
def _u32(b, at):
    return np.int64(b[at]) << 24 | np.int64(b[at + 1]) << 16 | np.int64(b[at + 2]) << 8 | np.int64(b[at + 3])


@njit(**_options)
def _put_u32(b, at, value):
    b[at] = value >> 24 & 255
    b[at + 1] = value >> 16 & 255
    b[at + 2] = value >> 8 & 255
    b[at + 3] = value & 255


@njit(**_options)
def _note_arrival(b, position, end, wanted, peer, numbers, times, now):
    """Find header extension ``wanted`` in one-byte or two-byte form (RFC 8285), and log its 16-bit number."""
    short = b[position - 4] == 0xBE and b[position - 3] == 0xDE
    if not short and (b[position - 4] != 0x10 or b[position - 3] >> 4):
        return
    while position < end:
        if b[position] == 0:
            position += 1
            continue
        if short:
            number = np.int64(b[position]) >> 4
            value = position + 1
            after = value + 1 + (np.int64(b[position]) & 15)
        else:
            number = np.int64(b[position])
            value = position + 2
            after = value + np.int64(b[position + 1]) if value <= end else end + 1
        if (short and number == 15) or after > end:
            return
        if number == wanted:
            if after - value == 2 and peer.arrivals < TIMES:
                numbers[peer.arrivals] = np.int64(b[value]) << 8 | np.int64(b[value + 1])
                times[peer.arrivals] = now
                peer.arrivals += 1
            return
        position = after


@njit(**_options)
def _pump_batch(t):
    (
        global_, length, clock, in_message, _, in_address, in_buffer, out_message, out_vector,
        out_buffer, address_index, address_words, address_owner, peers, stream_index, streams, legs,
        leg_address, history, history_size, numbers, times, slow, slow_size, slow_address,
    ) = t  # fmt: skip
    g = global_[0]
    length_at, in_at, out_at = length.ctypes.data, in_buffer.ctypes.data, out_buffer.ctypes.data
    count = _recvmmsg(_i4(g.fd), in_message.ctypes.data, _i4(BATCH), _i4(_DONTWAIT), 0)
    if count < 0:
        return 0
    _clock_gettime(_i4(_MONOTONIC), clock.ctypes.data)
    now = clock[0] + clock[1] * 1e-9
    stamp = np.int64(now * 262144) & 0xFFFFFF
    out = 0
    for i in range(count):
        b = in_buffer[i]
        at = in_at + i * BUFFER + HEAD
        size = np.int64(in_message[i].len)
        in_message[i].namelen = 16  # the kernel has overwritten it
        g.datagrams_in += 1
        s = np.int64(-1)
        p = np.int64(-1)
        first, second = np.int64(b[HEAD]), np.int64(b[HEAD + 1])
        sequence = np.int64(b[HEAD + 2]) << 8 | np.int64(b[HEAD + 3])
        if size > 12 and first > 127 and first < 192 and (second < 192 or second > 223):
            p = _find_peer(
                address_index,
                address_words,
                address_owner,
                np.int64(in_address[i, 0]),
                np.int64(in_address[i, 1]),
            )
            if p >= 0:
                s = _find_stream(stream_index, streams, p << 32 | _u32(b, HEAD + 8))
                if s >= 0 and (streams[s].expected != sequence or streams[s].payload_type != second & 127):
                    s = np.int64(-1)
        if s < 0:
            if g.slow_tail - g.slow_head < SLOW:
                k = g.slow_tail & (SLOW - 1)
                kept = min(size, BUFFER - HEAD)
                _memcpy(slow.ctypes.data + k * BUFFER, at, kept)
                slow_size[k] = kept
                slow_address[k, 0] = in_address[i, 0]
                slow_address[k, 1] = in_address[i, 1]
                g.slow_tail += 1
            else:
                g.slow_lost += 1
            continue
        length[0] = size
        if _unprotect(peers[p].session, at, length_at):
            g.not_authentic += 1
            continue
        size = np.int64(length[0])
        st, peer = streams[s], peers[p]
        start = 12 + 4 * (first & 15)
        if first & 16:
            block = start + 4
            if block > size:
                g.malformed += 1
                continue
            start = block + 4 * (np.int64(b[HEAD + block - 2]) << 8 | np.int64(b[HEAD + block - 1]))
            if start > size:
                g.malformed += 1
                continue
            if st.arrival_id:
                _note_arrival(b, HEAD + block, HEAD + start, st.arrival_id, peer, numbers[p], times[p], now)
        g.packets_in += 1
        peer.seen = now
        st.received += 1
        st.octets += size
        if sequence == 0xFFFF:
            st.expected = 0
            st.cycles += 0x10000
        else:
            st.expected = sequence + 1
        timestamp = _u32(b, HEAD + 4)
        marker = second & 128
        if marker or st.clock_rate == 48000:
            transit = now * st.clock_rate - timestamp
            if st.timed:
                difference = abs((transit - st.transit + 2147483648.0) % 4294967296.0 - 2147483648.0)
                if difference < LEAP_S * st.clock_rate:
                    st.jitter += (difference - st.jitter) / 16
            st.transit = transit
            st.timed = 1
        begin = HEAD + start - 20
        # Backwards from the payload, so that nothing is read after it was overwritten.
        b[begin] = 0x90 | first & 0x20
        b[begin + 1] = second
        forwarded = (sequence + st.shift) & 0xFFFF
        b[begin + 2] = forwarded >> 8
        b[begin + 3] = forwarded & 255
        _put_u32(b, begin + 4, (timestamp + st.ticks) & 0xFFFFFFFF)
        _put_u32(b, begin + 8, 0)
        _put_u32(b, begin + 12, 0xBEDE0001)
        _put_u32(b, begin + 16, 0)
        total = size + HEAD - begin
        source = in_at + i * BUFFER + begin
        k = forwarded & (HISTORY - 1)
        if total <= HISTORY_PACKET:
            _memcpy(history.ctypes.data + (s * HISTORY + k) * HISTORY_PACKET, source, total)
            history_size[s, k] = total
        leg = st.leg - 1
        while leg >= 0:
            o = legs[leg]
            if out == OUT_BATCH:
                _flush(g, out_message.ctypes.data, out)
                out = 0
            w = out_buffer[out]
            target = out_at + out * BUFFER
            _memcpy(target, source, total)
            w[1] = marker | o.payload_type
            _put_u32(w, 8, o.ssrc)
            if o.word:
                _put_u32(w, 16, o.word | stamp)
            length[0] = total
            if _protect(o.session, target, length_at):
                g.send_failed += 1
            else:
                out_vector[out].len = length[0]
                out_message[out].name = leg_address.ctypes.data + 16 * leg
                out += 1
                o.packets += 1
                o.octets += size
            leg = o.next - 1
    _flush(g, out_message.ctypes.data, out)
    return count


@njit(**_options)
def _views(table):
    """The table of addresses → the arrays, in the order of `compiled_layout.TABLES`."""
    a = carray(_pointer(table), (TABLES,), np.int64)
    return (
        carray(_pointer(a[0]), (1,), GLOBAL),
        carray(_pointer(a[1]), (2,), np.int32),
        carray(_pointer(a[2]), (2,), np.int64),
        carray(_pointer(a[3]), (BATCH,), MESSAGE),
        carray(_pointer(a[4]), (BATCH,), IOVEC),
        carray(_pointer(a[5]), (BATCH, 4), np.uint32),
        carray(_pointer(a[6]), (BATCH, BUFFER), np.uint8),
        carray(_pointer(a[7]), (OUT_BATCH,), MESSAGE),
        carray(_pointer(a[8]), (OUT_BATCH,), IOVEC),
        carray(_pointer(a[9]), (OUT_BATCH, BUFFER), np.uint8),
        carray(_pointer(a[10]), (ADDRESS_MASK + 1,), np.int64),
        carray(_pointer(a[11]), (MAX_ADDRESSES, 4), np.uint32),
        carray(_pointer(a[12]), (MAX_ADDRESSES,), np.int64),
        carray(_pointer(a[13]), (MAX_PEERS,), PEER),
        carray(_pointer(a[14]), (STREAM_MASK + 1,), np.int64),
        carray(_pointer(a[15]), (MAX_STREAMS,), STREAM),
        carray(_pointer(a[16]), (MAX_LEGS,), LEG),
        carray(_pointer(a[17]), (MAX_LEGS, 4), np.uint32),
        carray(_pointer(a[18]), (MAX_STREAMS, HISTORY, HISTORY_PACKET), np.uint8),
        carray(_pointer(a[19]), (MAX_STREAMS, HISTORY), np.int32),
        carray(_pointer(a[20]), (MAX_PEERS, TIMES), np.int32),
        carray(_pointer(a[21]), (MAX_PEERS, TIMES), np.float64),
        carray(_pointer(a[22]), (SLOW, BUFFER), np.uint8),
        carray(_pointer(a[23]), (SLOW,), np.int32),
        carray(_pointer(a[24]), (SLOW, 4), np.uint32),
    )


@cfunc(_i8(_i8), cache=True, nopython=True)
def _pump(table):
    """Take what the socket has, at most four batches; returns how many datagrams wait for Python."""
    t = _views(table)
    for _ in range(4):
        if _pump_batch(t) < BATCH:
            break
    return t[0][0].slow_tail - t[0][0].slow_head


# PYFUNCTYPE keeps the interpreter lock: the calls are short, and no other thread needs it meanwhile. One
# integer is handed over, because unpacking twenty arrays costs as much as a packet.
pump = ctypes.PYFUNCTYPE(ctypes.c_int64, ctypes.c_int64)(_pump.address)
