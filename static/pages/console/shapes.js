// Two shapes that Leaflet's canvas does not have: a diamond, and a dot with a letter in it. Both keep their size in
// pixels whatever the zoom.

/** @type {Map<string, HTMLCanvasElement>} writing is slow, copying is not: each letter is written once */
const letters = new Map();

/** @param {string} letter @param {string} colour @param {number} radius */
function drawn(letter, colour, radius) {
  const key = `${letter} ${colour} ${radius}`;
  const known = letters.get(key);
  if (known) return known;
  const tile = document.createElement("canvas");
  const side = Math.ceil(2 * radius * devicePixelRatio);
  tile.width = tile.height = side;
  const context = tile.getContext("2d");
  if (context) {
    context.fillStyle = colour;
    context.font = `600 ${Math.round(side * ([...letter].length > 1 ? 0.4 : 0.55))}px ${getComputedStyle(document.body).fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(letter, side / 2, side / 2 + side / 40);
  }
  letters.set(key, tile);
  return tile;
}

/** A name beside the dot, with a halo that keeps it legible on any ground. @param {CanvasRenderingContext2D} context @param {any} options `labelAt`: its middle left end from the dot @param {{x: number, y: number}} dot */
function label(context, { label: text, labelAt, labelColor, haloColor }, dot) {
  const [x, y] = [dot.x + labelAt.dx, dot.y + labelAt.dy];
  context.globalAlpha = 1;
  context.font = `600 12.5px ${getComputedStyle(document.body).fontFamily}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = haloColor;
  context.strokeText(text, x, y);
  context.fillStyle = labelColor;
  context.fillText(text, x, y);
}

/** @param {any} L Leaflet */
export function shapes(L) {
  const Diamond = L.CircleMarker.extend({
    _updatePath() {
      const { _renderer: renderer, _point: at, _radius: r } = this;
      if (!renderer._drawing || this._empty()) return;
      const context = renderer._ctx;
      context.beginPath();
      context.moveTo(at.x, at.y - r);
      context.lineTo(at.x + r, at.y);
      context.lineTo(at.x, at.y + r);
      context.lineTo(at.x - r, at.y);
      context.closePath();
      renderer._fillStroke(context, this);
    },
  });
  const Badge = L.CircleMarker.extend({
    _updatePath() {
      const { _renderer: renderer, _point: at, _radius: r, options } = this;
      if (!renderer._drawing || this._empty()) return;
      renderer._updateCircle(this);
      const context = renderer._ctx;
      if (options.label) label(context, options, at);
      if (!options.letter) return;
      const letter = drawn(options.letter, options.letterColor, r);
      context.globalAlpha = 1;
      context.drawImage(letter, at.x - r, at.y - r, 2 * r, 2 * r);
    },
  });
  return { Diamond, Badge };
}
