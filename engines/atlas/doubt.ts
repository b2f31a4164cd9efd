import type { Doubt } from '../../domain/expected-error.js';
import type { Triple } from '../../imaging/mask-box.js';

/** An exemplar's share of the organ, of 255, from which a voxel counts as organ by that exemplar alone. */
const half = 127.5;

/**
 * How sure the fusion is of its own answer. All arrays lie on the working grid (i fastest): `belief` holds log-odds of
 * the organ, `votes` what each exemplar alone says, 0…255.
 */
export function doubtOf(belief: Float32Array, votes: readonly Float32Array[], shape: Triple): Doubt {
  const inside = Uint8Array.from(belief, (odds) => (odds > 0 ? 1 : 0));
  const voxels = inside.reduce((sum, each) => sum + each, 0);
  if (voxels === 0) return { boundaryEntropy: 1, selfLoss: 1, disagreement: 1 };
  return {
    boundaryEntropy: boundaryEntropy(belief, inside, shape),
    selfLoss: selfLoss(belief, inside, voxels),
    disagreement: disagreement(inside, voxels, votes),
  };
}

/** Mean binary entropy, in bits, of the voxels of which a face neighbour lies on the other side of the outline. */
function boundaryEntropy(belief: Float32Array, inside: Uint8Array, [nx, ny, nz]: Triple): number {
  let sum = 0;
  let count = 0;
  for (let k = 0, n = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0; i < nx; i++, n++) {
        const own = inside[n];
        const atEdge =
          (i > 0 && inside[n - 1] !== own) ||
          (i < nx - 1 && inside[n + 1] !== own) ||
          (j > 0 && inside[n - nx] !== own) ||
          (j < ny - 1 && inside[n + nx] !== own) ||
          (k > 0 && inside[n - nx * ny] !== own) ||
          (k < nz - 1 && inside[n + nx * ny] !== own);
        if (!atEdge) continue;
        sum += entropyBits(chanceOf(belief[n]));
        count++;
      }
    }
  }
  return count === 0 ? 0 : sum / count;
}

/** 1 − the DSC that the chances themselves let expect: 2·Σ p inside / (voxels + Σ p). */
function selfLoss(belief: Float32Array, inside: Uint8Array, voxels: number): number {
  let all = 0;
  let hit = 0;
  for (let n = 0; n < belief.length; n++) {
    const chance = chanceOf(belief[n]);
    all += chance;
    if (inside[n] === 1) hit += chance;
  }
  return 1 - (2 * hit) / (voxels + all);
}

/** Mean over exemplars of 1 − DSC between what one says alone and what all of them came to. */
function disagreement(inside: Uint8Array, voxels: number, votes: readonly Float32Array[]): number {
  let sum = 0;
  for (const vote of votes) {
    let own = 0;
    let shared = 0;
    for (let n = 0; n < inside.length; n++) {
      if (vote[n] < half) continue;
      own++;
      shared += inside[n];
    }
    sum += 1 - (2 * shared) / (voxels + own);
  }
  return votes.length === 0 ? 0 : sum / votes.length;
}

function chanceOf(odds: number): number {
  return 1 / (1 + Math.exp(-odds));
}

function entropyBits(chance: number): number {
  if (chance <= 0 || chance >= 1) return 0;
  return -(chance * Math.log2(chance) + (1 - chance) * Math.log2(1 - chance));
}
