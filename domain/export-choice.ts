import type { CaseResult } from './campaign.js';
import type { CaseView } from './case-view.js';
import { type LicenceUse, licenceObstacles, licenceParts } from './licence.js';

/** A case that is finished and may be exported. */
export type FinishedCase = CaseView & { readonly result: CaseResult };

/** Which cases an export holds, and why the others are not in it. */
export interface ExportChoice {
  readonly chosen: readonly FinishedCase[];
  readonly leftOut: readonly { readonly name: string; readonly reasons: readonly string[] }[];
  /** What every chosen case's licences were asked to allow. */
  readonly uses: readonly LicenceUse[];
}

/**
 * Of the cases that `holds` asks for, those that are finished and whose licences allow every use. The others are named with
 * the reason; where a licence is to blame, with the labels that bring it in.
 */
export function chooseForExport(
  views: readonly CaseView[],
  holds: (view: CaseView) => boolean,
  uses: readonly LicenceUse[],
): ExportChoice {
  const chosen: FinishedCase[] = [];
  const leftOut: { name: string; reasons: string[] }[] = [];
  for (const view of views.filter(holds)) {
    const reasons = reasonsAgainst(view, uses);
    if (isFinished(view) && reasons.length === 0) chosen.push(view);
    else leftOut.push({ name: view.name, reasons });
  }
  return { chosen, leftOut, uses };
}

function isFinished(view: CaseView): view is FinishedCase {
  return view.result !== undefined;
}

function reasonsAgainst(view: CaseView, uses: readonly LicenceUse[]): string[] {
  if (!isFinished(view)) return [`it has no finished label map (${view.status}, ${view.stage})`];
  const obstacles = new Set(uses.flatMap((use) => licenceObstacles(view.licence, use)));
  return [...obstacles].map((why) => `${why} (${broughtBy(view, why)})`);
}

/** The parts of a case that a licence named in `why` comes from. */
function broughtBy({ passport, organs }: CaseView, why: string): string {
  const names = (licence: string): boolean => licenceParts(licence).some((part) => why.includes(part));
  if (names(passport.licence)) return 'its image and source label';
  const brought = organs
    .filter(({ licence }) => licence !== undefined && names(licence))
    .map(({ organ, model }) => `${organ}, proposed by ${model ?? 'nobody'}`);
  return brought.length === 0 ? 'its records' : brought.join('; ');
}
