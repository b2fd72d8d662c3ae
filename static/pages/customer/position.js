// Where this phone is. A refusal is an ordinary answer: an address is enough.

/** @returns {Promise<{lon: number, lat: number}>} rejects with the message `refused`, `unknown` or `absent` */
export function currentPosition() {
  if (!("geolocation" in navigator)) return Promise.reject(new Error("absent"));
  return new Promise((resolve, reject) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => resolve({ lon: rounded(coords.longitude), lat: rounded(coords.latitude) }),
      (error) => reject(new Error(error.code === error.PERMISSION_DENIED ? "refused" : "unknown")),
      { enableHighAccuracy: true, timeout: 12_000, maximumAge: 60_000 },
    );
  });
}

/** Six digits are a tenth of a metre; a phone does not know more. @param {number} degrees */
function rounded(degrees) {
  return Math.round(degrees * 1e6) / 1e6;
}
