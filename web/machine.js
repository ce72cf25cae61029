// @ts-check
/** What the page takes from its machine: time, chance, and a memory that outlives a reload. */

/** Of this tab; where the browser lets a page keep nothing, or no more, it lasts until the reload. @type {any} */
export const kept = new Proxy(attempt(() => ({ ...sessionStorage })) ?? {}, {
  set(own, /** @type {string} */ key, value) {
    own[key] = value;
    attempt(() => sessionStorage.removeItem(key)); // a text that does not fit leaves no older one behind
    attempt(() => sessionStorage.setItem(key, value));
    return true;
  },
  deleteProperty(own, /** @type {string} */ key) {
    attempt(() => sessionStorage.removeItem(key));
    return delete own[key];
  },
});

function attempt(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}

let [latest, setBack] = [0, 0];

/** Milliseconds that never run back, though people and networks set clocks; those asleep count, too. */
export function now() {
  const time = Date.now();
  setBack += Math.max(0, latest - time);
  latest = time;
  return time + setBack;
}

/** A random UUID (version 4) without crypto.randomUUID, which plain http on a LAN does not offer. */
export function uuid4() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
