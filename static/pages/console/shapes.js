// Two shapes that Leaflet's canvas does not have: a diamond, and a dot with a letter in it. Both keep their size in
// pixels whatever the zoom.

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
      context.save();
      context.globalAlpha = 1;
      context.fillStyle = options.letterColor;
      context.font = `600 ${Math.round(r * 1.1)}px ${getComputedStyle(document.body).fontFamily}`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(options.letter, at.x, at.y + 0.5);
      context.restore();
    },
  });
  return { Diamond, Badge };
}
