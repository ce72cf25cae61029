// @ts-check
/** UUIDs without crypto.subtle or crypto.randomUUID, which plain http on a LAN does not offer. */

const URL_NAMESPACE = '6ba7b8119dad11d180b400c04fd430c8';

/** A random UUID (version 4). */
export function uuid4() {
  return format(crypto.getRandomValues(new Uint8Array(16)), 4);
}

/**
 * The UUID (version 5) of a text in the URL namespace, as Python's uuid.uuid5(NAMESPACE_URL, text).
 * @param {string} text
 */
export function uuid5(text) {
  const namespace = URL_NAMESPACE.match(/../g) ?? [];
  const bytes = [...namespace.map((byte) => parseInt(byte, 16)), ...new TextEncoder().encode(text)];
  return format(sha1(bytes).slice(0, 16), 5);
}

/** @param {Uint8Array} bytes 16 of them @param {number} version */
function format(bytes, version) {
  bytes[6] = (bytes[6] & 0x0f) | (version << 4);
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * SHA-1 of some bytes; good for names, not for secrets.
 * @param {number[]} bytes
 * Source: RFC 3174, method 1.
 */
export function sha1(bytes) {
  const blocks = new DataView(new ArrayBuffer(((bytes.length + 8) >> 6) * 64 + 64));
  bytes.forEach((byte, at) => blocks.setUint8(at, byte));
  blocks.setUint8(bytes.length, 0x80);
  blocks.setUint32(blocks.byteLength - 8, Math.floor(bytes.length / 0x20000000));
  blocks.setUint32(blocks.byteLength - 4, bytes.length << 3);
  const hash = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (let at = 0; at < blocks.byteLength; at += 64) {
    const words = Array.from({ length: 16 }, (_, word) => blocks.getUint32(at + word * 4));
    mix(hash, words);
  }
  const digest = new DataView(new ArrayBuffer(20));
  hash.forEach((word, at) => digest.setUint32(at * 4, word));
  return new Uint8Array(digest.buffer);
}

/** @param {number[]} hash five words, changed in place @param {number[]} words sixteen */
function mix(hash, words) {
  let [a, b, c, d, e] = hash;
  for (let t = 0; t < 80; t++) {
    if (t > 15) words[t] = turn(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1);
    const [f, k] = round(t, b, c, d);
    [e, d, c, b, a] = [d, c, turn(b, 30), a, (turn(a, 5) + f + e + k + words[t]) | 0];
  }
  [a, b, c, d, e].forEach((word, at) => (hash[at] = (hash[at] + word) | 0));
}

/** @param {number} t @param {number} b @param {number} c @param {number} d */
function round(t, b, c, d) {
  if (t < 20) return [(b & c) | (~b & d), 0x5a827999];
  if (t < 40) return [b ^ c ^ d, 0x6ed9eba1];
  if (t < 60) return [(b & c) | (b & d) | (c & d), 0x8f1bbcdc];
  return [b ^ c ^ d, 0xca62c1d6];
}

/** @param {number} word @param {number} bits */
function turn(word, bits) {
  return (word << bits) | (word >>> (32 - bits));
}
