import type { ReleaseChanges } from './release-changes.js';
import { compareVersions, nextVersion, parseSemVer, releaseSteps, stepBetween } from './semver.js';

/** What a version is judged by. */
export interface VersionQuestion {
  readonly asked: string;
  /** Versions that are there, in any order. */
  readonly known: readonly string[];
  /** What lies between the newest of them and what would be released. */
  readonly changes?: Pick<ReleaseChanges, 'step' | 'because'> | undefined;
}

/** The newest of some versions. */
export function newestVersion(versions: readonly string[]): string | undefined {
  return [...versions].sort(compareVersions).at(-1);
}

/** The version to propose: the least that the changes allow; undefined where nothing has changed. */
export function proposedVersion({ known, changes }: Omit<VersionQuestion, 'asked'>): string | undefined {
  const newest = newestVersion(known);
  if (newest === undefined) return '1.0.0';
  return changes?.step === undefined ? undefined : nextVersion(newest, changes.step);
}

/**
 * Why a version cannot be published; undefined where it can. A version that is there already is not judged here: the same
 * bytes under it are no new release.
 */
export function versionRefusal({ asked, known, changes }: VersionQuestion): string | undefined {
  if (parseSemVer(asked) === undefined)
    return `'${asked}' is no version: write MAJOR.MINOR.PATCH, as in 1.0.0`;
  const newest = newestVersion(known);
  if (newest === undefined) return undefined;
  if (known.includes(asked)) return `${asked} is there already, and a release is never changed`;
  if (changes?.step === undefined) return `nothing has changed since ${newest}`;
  const steps = releaseSteps.map((step) => nextVersion(newest, step));
  const step = stepBetween(newest, asked);
  if (step === undefined)
    return `${asked} does not follow ${newest}: next are ${[...steps].reverse().join(', ')}`;
  const needed = changes.step;
  if (releaseSteps.indexOf(step) <= releaseSteps.indexOf(needed)) return undefined;
  const why = changes.because.join('; ');
  return `${asked} is too small a step after ${newest}: the changes need a ${needed} one, ${nextVersion(newest, needed)} (${why})`;
}
