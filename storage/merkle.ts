import { createHash } from 'node:crypto';

/**
 * Merkle tree hash of a list, as in RFC 6962 section 2.1: leaves and nodes are hashed under prefixes of their own, so
 * that no leaf can stand for a node, and a list of n is split at the largest power of two below n.
 */
export function merkleRoot(leaves: readonly string[]): string {
  if (leaves.length === 0) return createHash('sha256').digest('hex');
  let level = leaves.map((leaf) => hashed(0, Buffer.from(leaf, 'utf8')));
  // Pairing from the left and passing a single last one up gives the tree of the recursive definition.
  while (level.length > 1) {
    const above: Buffer[] = [];
    for (let n = 0; n < level.length; n += 2) {
      const [left, right] = [level[n]!, level[n + 1]];
      above.push(right === undefined ? left : hashed(1, left, right));
    }
    level = above;
  }
  return level[0]!.toString('hex');
}

function hashed(prefix: 0 | 1, ...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256').update(Buffer.of(prefix));
  for (const part of parts) hash.update(part);
  return hash.digest();
}
