import { fieldsOf, isCaseField } from './case-fields.js';
import type { CaseView } from './case-view.js';
import type { FinishedCase } from './export-choice.js';
import { parseQuery } from './query.js';
import type { ReleaseChoice, ReleaseLeftOut } from './release.js';
import { type CaseTerms, caseTerms } from './release-terms.js';

/** A case that goes into a release, and under which terms. */
export interface ChosenCase {
  readonly view: FinishedCase;
  readonly terms: CaseTerms;
}

export interface ReleaseSelection {
  readonly chosen: readonly ChosenCase[];
  readonly leftOut: readonly ReleaseLeftOut[];
  /** What keeps the release from being made: each names a case or a pair of licences, and what to do. */
  readonly refusals: readonly string[];
}

/** Licences of the training data of each model, by its id. A model that is not on record is under an unknown licence. */
export type TrainingLicences = ReadonlyMap<string, readonly string[]>;

/**
 * Which cases of a campaign a release holds. Cases that were held back, excluded or not asked for are left out and named.
 * Licences that do not go together refuse the release, unless it asks for cases by what their licences allow: then those
 * cases are left out, too.
 */
export function selectCases(
  views: readonly CaseView[],
  choice: ReleaseChoice,
  trained: TrainingLicences,
): ReleaseSelection {
  const asked = choice.where === undefined ? () => true : queried(choice.where);
  const chosen: ChosenCase[] = [];
  const leftOut: ReleaseLeftOut[] = [];
  const blocked: ReleaseLeftOut[] = [];
  const unfinished: string[] = [];
  for (const view of views) {
    const out = (...reasons: string[]) => leftOut.push({ case: view.name, reasons });
    if (view.status !== 'accepted') out(heldBack(view));
    else if (!asked(view)) out('it was not asked for');
    else if (!isFinished(view)) {
      unfinished.push(view.name);
      out(`it has no finished label map (${view.stage})`);
    } else {
      const terms = caseTerms(termsQuestion(view, trained), choice);
      if (terms.obstacles.length === 0) chosen.push({ view, terms });
      else if (choice.uses.length > 0) out(...terms.obstacles);
      else blocked.push({ case: view.name, reasons: [...terms.obstacles] });
    }
  }
  const waiting = choice.unfinished ? [] : unfinishedRefusal(unfinished);
  const empty = chosen.length + blocked.length === 0 ? ['no case is left to release'] : [];
  return { chosen, leftOut, refusals: [...waiting, ...licenceRefusals(blocked, choice), ...empty] };
}

function queried(where: string): (view: CaseView) => boolean {
  const holds = parseQuery(where, isCaseField);
  return (view) => holds(fieldsOf(view));
}

function isFinished(view: CaseView): view is FinishedCase {
  return view.result !== undefined && view.passport.image !== undefined;
}

/** The code of a finding says why; what people wrote about it stays on record. */
function heldBack({ status, findings }: CaseView): string {
  const worst = findings.find(
    ({ severity }) => severity === 'exclude' || severity === 'reject' || severity === 'quarantine',
  );
  return worst === undefined ? status : `${status}: ${worst.code}`;
}

function termsQuestion({ passport, organs }: FinishedCase, trained: TrainingLicences) {
  return {
    sourceLicence: passport.licence,
    organs: organs.flatMap(({ organ, origin, model }) => {
      if (origin === 'absent' || origin === 'none') return [];
      return [
        { organ, origin, model, trained: model === undefined ? [] : (trained.get(model) ?? ['unknown']) },
      ];
    }),
  };
}

const shownCases = 3;

function unfinishedRefusal(names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [`${listed(names)}: not finished yet; finish them, or leave them out with --unfinished`];
}

/** One line for each obstacle, with the cases that it is in the way of. */
function licenceRefusals(blocked: readonly ReleaseLeftOut[], choice: ReleaseChoice): string[] {
  const byObstacle = new Map<string, string[]>();
  for (const { case: name, reasons } of blocked) {
    for (const reason of reasons) byObstacle.set(reason, [...(byObstacle.get(reason) ?? []), name]);
  }
  const lines = [...byObstacle].map(([reason, names]) => `${listed(names)}: ${reason}`);
  return lines.length === 0 ? [] : [...lines, remedy(choice)];
}

function remedy({ images, trainingBinds }: ReleaseChoice): string {
  return [
    'Leave such cases out with --licence-allows derivatives',
    ...(images ? ['release labels alone with --without-images'] : []),
    ...(trainingBinds
      ? ['or take the reading that training data do not bind what a model proposes, --no-training-binds']
      : []),
  ].join(', ');
}

function listed(names: readonly string[]): string {
  const more = names.length - shownCases;
  return more > 0 ? `${names.slice(0, shownCases).join(', ')} and ${more} more` : names.join(', ');
}
