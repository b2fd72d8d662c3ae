// The streets under a map, drawn from one small file on a canvas of their own, so that a change above them never
// draws them again. Street names show once there is room for them.

const NAMES_FROM_ZOOM = 15;
const PATHS_FROM_ZOOM = 16;
/** About the room of a letter and of a line: a name that would cover another is left out until one looks closer. */
const LETTER_PX = 7;
const LINE_PX = 16;
const WEIGHTS = /** @type {const} */ ({ main: [4, 0.75], street: [2.25, 0.6], path: [1.25, 0.45] });

/** @typedef {{attribution: string, bounds: [number, number, number, number], lines: Record<"main" | "street" | "path", [number, number][][]>, names: [string, number, number][], water?: [number, number][][]}} Streets */

/**
 * @param {any} leaflet @param {any} map @param {string} url @param {AbortSignal} gone the map is no more
 * @returns {Promise<[[number, number], [number, number]]>} south-west and north-east
 */
export async function drawStreets(leaflet, map, url, gone) {
  const response = await fetch(url, { signal: gone });
  if (!response.ok) throw new Error(`no base map: ${response.status}`);
  /** @type {Streets} */
  const streets = await response.json();
  gone.throwIfAborted();
  const [west, south, east, north] = streets.bounds;
  map.setView([(south + north) / 2, (west + east) / 2], 14, { animate: false });
  map.createPane("streets").style.zIndex = "210";
  map.createPane("street-names").style.zIndex = "215"; // below everything that a page draws
  const renderer = leaflet.canvas({ pane: "streets", padding: 0.4 });
  const token = (/** @type {string} */ name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const colour = () => token("--map-street") || "#7a8b98";
  const sea = leaflet.polygon((streets.water ?? []).map((ring) => ring.map(([lon, lat]) => [lat, lon])), { renderer, interactive: false, stroke: false, fillColor: token("--map-water") || "#cfe3f1", fillOpacity: 1 }).addTo(map);
  const layers = /** @type {("path" | "street" | "main")[]} */ (["path", "street", "main"]).map((kind) => {
    const [weight, opacity] = WEIGHTS[kind];
    const lines = streets.lines[kind].map((line) => line.map(([lon, lat]) => [lat, lon]));
    return { kind, layer: leaflet.polyline(lines, { renderer, interactive: false, color: colour(), weight, opacity, smoothFactor: 1.2 }) };
  });
  const names = leaflet.layerGroup();
  const fill = () => {
    const near = map.getZoom() >= NAMES_FROM_ZOOM;
    const view = map.getBounds().pad(0.1);
    names.clearLayers();
    if (!near) return;
    /** @type {{x: number, y: number, half: number}[]} */
    const written = [];
    for (const [name, lon, lat] of streets.names) {
      if (!view.contains([lat, lon])) continue;
      const { x, y } = map.latLngToLayerPoint([lat, lon]);
      const half = (name.length * LETTER_PX) / 2;
      if (written.some((other) => Math.abs(other.y - y) < LINE_PX && Math.abs(other.x - x) < other.half + half)) continue;
      written.push({ x, y, half });
      names.addLayer(leaflet.tooltip({ pane: "street-names", permanent: true, direction: "center", className: "street-name", interactive: false }).setLatLng([lat, lon]).setContent(text(name)));
    }
  };
  const choose = () => {
    for (const { kind, layer } of layers) {
      const shown = kind !== "path" || map.getZoom() >= PATHS_FROM_ZOOM;
      if (shown !== map.hasLayer(layer)) shown ? layer.addTo(map) : layer.remove();
    }
    fill();
  };
  names.addTo(map);
  map.on("zoomend", choose);
  map.on("moveend", fill);
  const themes = new MutationObserver(() => {
    sea.setStyle({ fillColor: token("--map-water") });
    layers.forEach(({ layer }) => layer.setStyle({ color: colour() }));
  });
  themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  gone.addEventListener("abort", () => themes.disconnect());
  choose();
  leaflet.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  leaflet.control.attribution({ prefix: false }).addAttribution(plain(streets.attribution)).addTo(map);
  return [[south, west], [north, east]];
}

/** @param {string} name */
function text(name) {
  const element = document.createElement("span");
  element.textContent = name;
  return element;
}

/** The library writes an attribution as markup; ours is words. @param {string} words */
function plain(words) {
  return words.replace(/[<&]/g, " ");
}
