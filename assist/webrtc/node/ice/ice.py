"""The ICE-lite half of one peer: which password proves it, and which address it is at.

Sources: RFC 8445 sections 2.5, 7.3 and 8.2; RFC 8839 section 4.4.1.1 (restart). A lite agent sends no
checks: it answers the client's, and takes the address that the client nominates.

===================  ====================================  ==================================================
state                what is proven                        effect
===================  ====================================  ==================================================
no address           any check                             use its source, so that DTLS can begin
some address         a check from there                    nothing
some address         a nominating check from elsewhere     the peer moved: use the new source
nominated            a plain check from a source never     the same candidate behind another address of its
                     seen, with the chosen one's PRIORITY  NAT (consent, RFC 7675): use the new source
nominated            a plain check from elsewhere, the     the chosen path is dead: use the new source
                     chosen one silent for `SILENCE_S`
some address         newest media from elsewhere           the peer sends from there: use the new source
after `restart`      by the old password                   answered; it may not move the peer back
after `restart`      by the new password, nominating       use its source; the old password is dead
===================  ====================================  ==================================================

A plain check that has another PRIORITY is of another candidate: clients keep such pairs warm (a telephone its
mobile network beside the wireless one) without meaning to use them.
"""

from dataclasses import dataclass

Address = tuple[str, int] | tuple[str, int, int, int]

SILENCE_S = 6.5
"""Checks of consent come every 4 to 6 s on the chosen path (RFC 7675 section 5.1), media oftener."""
PAUSE_S = 0.25
"""Between two moves by media: each rewires the packet loop."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A local user name fragment (8 characters or more) and password (22 or more), RFC 8839 section 5.4."""

    fragment: str
    password: str


@dataclass(slots=True)
class IceLite:
    """One peer's agent. ``remote_fragment`` is the client's; a new one in an offer means an ICE restart."""

    current: Credentials
    remote_fragment: str
    address: Address | None = None
    previous: Credentials | None = None
    moves: int = 0
    nominated: bool = False
    priority: int = 0
    moved_at: float = -1e9

    def restart(self, fresh: Credentials, remote_fragment: str) -> list[Credentials]:
        """Take new credentials; the current ones stay valid until a new nomination. Returns the dead ones."""
        dead = [self.previous] if self.previous is not None else []
        self.previous, self.current, self.remote_fragment = self.current, fresh, remote_fragment
        self.nominated = False
        return dead

    def checked(
        self,
        fragment: str,
        source: Address,
        nominates: bool,
        *,
        priority: int = 0,
        fresh: bool = False,
        silence: float = 0.0,
    ) -> list[Credentials]:
        """A check with this local fragment has been proven. Returns the credentials that are now dead.

        ``fresh``: no proven check had come from this source before; ``silence``: seconds since anything came
        from the chosen one.
        """
        renewed = fragment == self.current.fragment
        rebound = self.nominated and ((fresh and priority == self.priority) or silence >= SILENCE_S)
        if self.address is None:
            self.address = source
        elif source != self.address and (nominates or rebound) and (renewed or self.previous is None):
            self.address = source
            self.moves += 1
        if nominates and renewed and source == self.address:
            self.nominated, self.priority = True, priority
        if renewed and nominates and self.previous is not None:
            dead, self.previous = [self.previous], None
            return dead
        return []

    def follow(self, source: Address, now: float) -> bool:
        """Newest media has come from elsewhere: whether the peer is there now."""
        if source == self.address or now - self.moved_at < PAUSE_S:
            return False
        self.address, self.moved_at = source, now
        self.moves += 1
        return True

    def credentials(self, fragment: str) -> Credentials | None:
        """The credentials a check names, if they are alive."""
        if fragment == self.current.fragment:
            return self.current
        if self.previous is not None and fragment == self.previous.fragment:
            return self.previous
        return None
