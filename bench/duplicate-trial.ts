import type { SameScan } from '../domain/same-scan.js';
import { seededRandom } from '../imaging/random.js';
import { bestGlance, type ScanView, sameScan, viewScan } from '../imaging/same-scan.js';
import type { CtVolume } from '../imaging/volume.js';
import { samplePatients } from '../sources/samples/patient.js';
import { paintPhantom } from '../sources/samples/phantom.js';
import { type CopyKind, copyKinds, copyOf } from './scan-copies.js';

export interface NamedScan {
  readonly name: string;
  readonly scan: CtVolume;
}

/** Made-up patients, all different; withdrawn copies are left out. Same number and seed, same patients. */
export function* madePatients(count: number, firstSeed = 1): Generator<NamedScan> {
  let made = 0;
  for (let seed = firstSeed; made < count; seed++) {
    for (const patient of samplePatients(seed)) {
      if (patient.copyOf !== undefined || made === count) continue;
      const { geometry, hu } = paintPhantom(patient);
      made++;
      yield { name: patient.seed, scan: { geometry, hu, minHu: -1024, maxHu: 3071, notFinite: 0 } };
    }
  }
}

export interface SeenScan {
  readonly name: string;
  readonly view: ScanView;
}

export interface Trial {
  readonly name: string;
  readonly kind: CopyKind;
  readonly found: SameScan | undefined;
  /** The same copy against a stranger: anything found is a false merge. */
  readonly merged: SameScan | undefined;
  /** Correlation at a glance with its original. */
  readonly glance: number | undefined;
}

/** Copy number `n` of a series: kinds and scans in turn, each compared with its original and with one stranger. */
export function tryCopy(scans: readonly SeenScan[], n: number, seed: string): Trial {
  const kind = copyKinds[n % copyKinds.length];
  const at = Math.floor(n / copyKinds.length) % scans.length;
  const { name, view } = scans[at];
  const whole = { ...view.scan, minHu: -1024, maxHu: 3071, notFinite: 0 };
  const copy = viewScan(copyOf(whole, kind, seededRandom(`${seed}/${n}`)));
  const stranger = scans[(at + 1 + (n % (scans.length - 1))) % scans.length];
  return {
    name,
    kind,
    found: sameScan(view, copy),
    merged: sameScan(stranger.view, copy),
    glance: bestGlance(view, copy),
  };
}

/** Of every pair of different scans whose landmarks agree the correlation at a glance. */
export function glancesOfStrangers(scans: readonly SeenScan[]): number[] {
  return scans.flatMap((second, n) =>
    scans.slice(0, n).flatMap((first) => bestGlance(first.view, second.view) ?? []),
  );
}

/** Every pair of different scans that is taken for one. */
export function falseMerges(
  scans: readonly SeenScan[],
  onPair: () => void = () => undefined,
): { first: string; second: string; same: SameScan }[] {
  const merged: { first: string; second: string; same: SameScan }[] = [];
  scans.forEach((second, n) => {
    for (const first of scans.slice(0, n)) {
      const same = sameScan(first.view, second.view);
      if (same !== undefined) merged.push({ first: first.name, second: second.name, same });
      onPair();
    }
  });
  return merged;
}
