// @ts-check
/** UUIDs without crypto.subtle or crypto.randomUUID, which plain http on a LAN does not offer. */

const URL_NAMESPACE = [0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0, 0xc0, 0x4f, 0xd4, 0x30, 0xc8];

/** A random UUID (version 4). */
export function uuid4() {
  return format(crypto.getRandomValues(new Uint8Array(16)), 4);
}

/** Python's uuid5(NAMESPACE_URL, text). */
export function uuid5(text) {
  return format(sha1([...URL_NAMESPACE, ...new TextEncoder().encode(text)]), 5);
}

function format(bytes, version) {
  bytes[6] = (bytes[6] & 0x0f) | (version << 4);
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');
}

/** Good for names, not for secrets. Source: RFC 3174, method 1. */
function sha1(bytes) {
  const blocks = new DataView(new ArrayBuffer(((bytes.length + 8) >> 6) * 64 + 64));
  [...bytes, 0x80].forEach((byte, at) => blocks.setUint8(at, byte));
  blocks.setUint32(blocks.byteLength - 4, bytes.length * 8);
  const hash = new Uint32Array([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0]);
  for (let at = 0; at < blocks.byteLength; at += 64) {
    mix(hash, Array.from({ length: 16 }, (_, word) => blocks.getUint32(at + word * 4)));
  }
  return [...hash].flatMap((word) => [24, 16, 8, 0].map((bits) => (word >>> bits) & 255));
}

function mix(hash, words) {
  let [a, b, c, d, e] = hash;
  for (let t = 0; t < 80; t++) {
    if (t > 15) words[t] = turn(words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16], 1);
    const choices = [(b & c) | (~b & d), b ^ c ^ d, (b & c) | (b & d) | (c & d), b ^ c ^ d];
    const constant = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6];
    const n = Math.floor(t / 20);
    [e, d, c, b, a] = [d, c, turn(b, 30), a, (turn(a, 5) + choices[n] + e + constant[n] + words[t]) | 0];
  }
  [a, b, c, d, e].forEach((word, at) => (hash[at] += word));
}

function turn(word, bits) {
  return (word << bits) | (word >>> (32 - bits));
}
