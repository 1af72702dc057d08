/**
 * Bytes as a string of one character each. All spellings of a text come down to its bytes, strings are faster to search than
 * buffers, and an ASCII text is its own bytes.
 */
export function toByteText(text: string): string {
  return isAscii(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

/** The text whose bytes in UTF-8 these are. */
export function fromByteText(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8");
}

function isAscii(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text);
}
