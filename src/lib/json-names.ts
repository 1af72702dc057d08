/** The open objects and arrays, with the names of their members so far. */
type OpenObjects = {
  /** @returns the new depth */
  open(): number;
  close(): void;
  /** Adds a name, given by its bytes, to the innermost object. @returns whether it is new after the names before it */
  addName(start: number, end: number): boolean;
};

/** Random, so that a server cannot choose names with equal hashes. */
const SEED = Math.floor(Math.random() * 2 ** 32) | 0;
const FACTOR = Math.floor(Math.random() * 2 ** 32) | 1 | 0;

const FIRST_DEPTH = 64;

export function createOpenObjects(view: DataView): OpenObjects {
  const known = createHashSet();
  /** For each open object the hash of its names. */
  let hashes = new Int32Array(FIRST_DEPTH);
  let depth = 0;
  return {
    open() {
      depth += 1;
      if (depth === hashes.length) hashes = grown(hashes);
      hashes[depth] = SEED;
      return depth;
    },
    close() {
      if (depth > 0) depth -= 1;
    },
    addName(start, end) {
      const hash = mixed(hashes[depth] ?? 0, hashOf(view, start, end));
      hashes[depth] = hash;
      return known.add(hash);
    },
  };
}

function grown(before: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * before.length);
  larger.set(before);
  return larger;
}

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, FACTOR);
  return product ^ (product >>> 15);
}

function hashOf(view: DataView, start: number, end: number): number {
  let hash = SEED;
  let at = start;
  for (; at + 4 <= end; at += 4) hash = mixed(hash, view.getInt32(at, true));
  for (; at < end; at += 1) hash = mixed(hash, view.getUint8(at));
  return hash;
}

type HashSet = {
  /** @returns whether it was not in the set */
  add(hash: number): boolean;
};

const FIRST_HASHES = 1024;

/** A set of 32-bit numbers: a table with linear probing, at most half full. */
function createHashSet(): HashSet {
  let table = new Int32Array(FIRST_HASHES);
  let count = 0;

  function slotOf(hash: number): number {
    let slot = hash & (table.length - 1);
    while (table[slot] !== 0 && table[slot] !== hash) slot = (slot + 1) & (table.length - 1);
    return slot;
  }

  function grow(): void {
    const before = table;
    table = new Int32Array(2 * before.length);
    for (const hash of before) if (hash !== 0) table[slotOf(hash)] = hash;
  }

  return {
    add(given) {
      // 0 marks an empty slot.
      const hash = given === 0 ? 1 : given;
      const slot = slotOf(hash);
      if (table[slot] === hash) return false;
      table[slot] = hash;
      count += 1;
      if (2 * count > table.length) grow();
      return true;
    },
  };
}
