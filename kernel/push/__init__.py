"""Web Push: a word to somebody whose page is closed (RFC 8030), for their browser alone (RFC 8291)."""
