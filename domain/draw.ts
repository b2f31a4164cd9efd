/**
 * A number in [0, 1) that follows from the text alone, the same in every run and on every machine: 32-bit FNV-1a
 * with the murmur3 finaliser. Not for secrets.
 */
export function drawOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** The items in the order of their draws: a seeded shuffle that does not depend on the order in which they came. */
export function drawnOrder<Item>(
  items: readonly Item[],
  seed: string,
  nameOf: (item: Item) => string,
): Item[] {
  const drawn = items.map((item) => ({ item, name: nameOf(item), draw: drawOf(`${seed}/${nameOf(item)}`) }));
  drawn.sort((a, b) => a.draw - b.draw || (a.name < b.name ? -1 : 1));
  return drawn.map(({ item }) => item);
}

/** How many of `count` a share comes to: rounded up, so that a share above 0 is never nothing. */
export function shareOf(count: number, share: number): number {
  // Binary fractions: 0.1 · 30 must be 3, not 4.
  return Math.max(0, Math.min(count, Math.ceil(share * count - 1e-9)));
}
