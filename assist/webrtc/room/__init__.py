"""The room as a pure machine; :mod:`assist.webrtc.signalling` is its front."""
