"""The room as a pure machine; :mod:`assist.webrtc.room.machine.signalling` is its front."""
