// Numbers that look random and are the same in every run.

/** 32 well mixed bits of a number (the finaliser of MurmurHash3). */
export function mix(number) {
  let bits = number | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** @param {number} seed @param {number} length in hex digits, a multiple of 8 */
export function hex(seed, length) {
  let text = "";
  for (let part = 0; text.length < length; part += 1) {
    text += mix(seed * 31 + part * 0x9e3779b9)
      .toString(16)
      .padStart(8, "0");
  }
  return text;
}

/** An IPv4 address that no network of ours has. */
export function address(seed) {
  const bits = mix(seed);
  return `${20 + (bits % 100)}.${(bits >>> 8) & 255}.${(bits >>> 16) & 255}.${1 + ((bits >>> 24) % 254)}`;
}
