/** Uniform numbers in [0, 1): call it again for the next one. */
export type Random = () => number;

/**
 * A small generator whose sequence depends on the seed alone: the same on every machine and in every run.
 * Not for secrets. sfc32 of the PractRand suite (Chris Doty-Humphrey, public domain), its state filled from the
 * seed by 32-bit FNV-1a with the murmur3 finaliser. The number 7 and the string '7' are different seeds.
 */
export function seededRandom(seed: string | number): Random {
  const text = `${typeof seed}:${seed}`;
  let a = hashText(text, 0x9e3779b9);
  let b = hashText(text, 0x243f6a88);
  let c = hashText(text, 0xb7e15162);
  let counter = 1;
  const next = (): number => {
    const out = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + out) | 0;
    return (out >>> 0) / 4294967296;
  };
  // The first outputs still show the seed: its author discards 12 to 15.
  for (let i = 0; i < 15; i++) next();
  return next;
}

/** One normally distributed number (Box–Muller, polar-free form); it uses two of the uniform ones. */
export function gaussian(random: Random, mean = 0, deviation = 1): number {
  // 1 − u lies in (0, 1], so that the logarithm is finite.
  const radius = Math.sqrt(-2 * Math.log(1 - random()));
  return mean + deviation * radius * Math.cos(2 * Math.PI * random());
}

/** A whole number in [0, below); `below` is a positive integer up to 2³². */
export function randomInteger(random: Random, below: number): number {
  return Math.floor(random() * below);
}

function hashText(text: string, salt: number): number {
  let hash = 0x811c9dc5 ^ salt;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
