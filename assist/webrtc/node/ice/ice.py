"""The ICE-lite half of one peer: which password proves it, and which address it is at.

Sources: RFC 8445 sections 2.5, 7.3 and 8.2; RFC 8839 section 4.4.1.1 (restart). A lite agent sends no
checks: it answers the client's, and takes the address that the client nominates.

===================  ====================================  ==================================================
state                check that is proven                  effect
===================  ====================================  ==================================================
no address           any                                   use its source, so that DTLS can begin
some address         nominating, same source               nothing
some address         nominating, another source            the peer moved: use the new source
after `restart`      by the old password                   answered; it may not move the peer back
after `restart`      by the new password, nominating       use its source; the old password is dead
===================  ====================================  ==================================================
"""

from dataclasses import dataclass

Address = tuple[str, int] | tuple[str, int, int, int]


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

    def restart(self, fresh: Credentials, remote_fragment: str) -> list[Credentials]:
        """Take new credentials; the current ones stay valid until a new nomination. Returns the dead ones."""
        dead = [self.previous] if self.previous is not None else []
        self.previous, self.current, self.remote_fragment = self.current, fresh, remote_fragment
        return dead

    def checked(self, fragment: str, source: Address, nominates: bool) -> list[Credentials]:
        """A check with this local fragment has been proven. Returns the credentials that are now dead."""
        renewed = fragment == self.current.fragment
        if self.address is None:
            self.address = source
        elif nominates and source != self.address and (renewed or self.previous is None):
            self.address = source
            self.moves += 1
        if renewed and nominates and self.previous is not None:
            dead, self.previous = [self.previous], None
            return dead
        return []

    def credentials(self, fragment: str) -> Credentials | None:
        """The credentials a check names, if they are alive."""
        if fragment == self.current.fragment:
            return self.current
        if self.previous is not None and fragment == self.previous.fragment:
            return self.previous
        return None
