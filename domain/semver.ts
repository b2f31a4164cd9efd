/** A release's number: `MAJOR.MINOR.PATCH` (SemVer 2.0.0, https://semver.org). Releases are final: no pre-releases. */
export interface SemVer {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** How far a number moves; the later in this list, the less users have to mind. */
export const releaseSteps = ['major', 'minor', 'patch'] as const;
export type ReleaseStep = (typeof releaseSteps)[number];

/** Nine digits for each part: numbers stay exact, and nobody counts further. */
const form = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/;

/** Undefined for what is no release's number. */
export function parseSemVer(text: string): SemVer | undefined {
  const [, major, minor, patch] = form.exec(text) ?? [];
  if (major === undefined) return undefined;
  return { major: Number(major), minor: Number(minor), patch: Number(patch) };
}

/** Negative where `a` comes before `b`. Text that is no number comes before all that are. */
export function compareVersions(a: string, b: string): number {
  const [one, other] = [parseSemVer(a), parseSemVer(b)];
  if (one === undefined || other === undefined)
    return Number(one !== undefined) - Number(other !== undefined);
  return one.major - other.major || one.minor - other.minor || one.patch - other.patch;
}

/** The number that follows `version` by one step. Throws `RangeError` on what is no number. */
export function nextVersion(version: string, step: ReleaseStep): string {
  const from = parseSemVer(version);
  if (from === undefined) throw new RangeError(`'${version}' is no version: write MAJOR.MINOR.PATCH`);
  if (step === 'major') return `${from.major + 1}.0.0`;
  if (step === 'minor') return `${from.major}.${from.minor + 1}.0`;
  return `${from.major}.${from.minor}.${from.patch + 1}`;
}

/** The step from one number to another; undefined where the other does not follow by one step. */
export function stepBetween(from: string, to: string): ReleaseStep | undefined {
  return releaseSteps.find((step) => nextVersion(from, step) === to);
}

/** The step that asks most of users; undefined of none. */
export function greatestStep(steps: readonly ReleaseStep[]): ReleaseStep | undefined {
  return releaseSteps.find((step) => steps.includes(step));
}
