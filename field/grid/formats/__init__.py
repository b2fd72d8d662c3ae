"""Zones as map programs keep them: other files than GeoJSON, other datums, other names of columns."""
