import type { GateFigures } from '../domain/gate.js';
import { gateDifference, gateMeans } from '../domain/gate-words.js';
import type { OrganOutcome, Round, RoundComparison, RoundResult } from '../domain/round.js';
import type { Lesson } from '../domain/teaching.js';
import { printTable, say, styled } from './output.js';

/** A round with what it came to. */
export function printRound(
  { number, roundId, snapshot, plan }: Round,
  result: RoundResult | undefined,
): void {
  const { labelled, unlabelled, heldOut, previous } = snapshot;
  say(styled('bold', `Round ${number} of ${plan.campaign} (${roundId})`));
  say(
    `${labelled} labelled and ${unlabelled} unlabelled cases teach, ${heldOut.length} judge; ` +
      `engine ${plan.engine.name} ${plan.engine.version}${previous === undefined ? '' : `, after round ${previous}`}`,
  );
  if (result === undefined) {
    say('It has not ended.');
    return;
  }
  for (const lesson of result.taught.lessons) say(`  ${lessonLine(lesson)}`);
  const { failed, examples } = result.taught.pseudoLabels;
  if (failed > 0) say(`  ${failed} cases got no pseudo-label: ${examples.join('; ')}`);
  printOutcomes(result.outcomes);
}

function lessonLine({ step, organs, modelId, none, manual, pseudo, leftOut }: Lesson): string {
  const what = `${step} for ${organs.join(', ')}`;
  if (modelId === undefined) return `${what}: none, for ${none}`;
  const left = leftOut === 0 ? '' : `, ${leftOut} left out`;
  return `${what}: ${modelId}, ${manual} manual and ${pseudo} pseudo-labelled cases${left}`;
}

/** The gate: a line for each organ and comparison, the reasons below. */
export function printOutcomes(outcomes: readonly OrganOutcome[]): void {
  printTable(
    ['organ', 'models', 'n', 'DSC', 'difference', 'NSD 1 mm', 'difference', 'gate'],
    outcomes.flatMap(({ organ, comparisons }) =>
      comparisons.length === 0
        ? [[organ, '–', 0, '–', '–', '–', '–', '–']]
        : comparisons.map((each, at) => row(at === 0 ? organ : '', each)),
    ),
  );
  for (const { organ, verdict, reason, comparisons } of outcomes) {
    say(`${styled(verdict === 'promote' ? 'green' : 'yellow', `${organ}: ${verdict}`)} – ${reason}`);
    for (const remark of new Set(comparisons.flatMap(({ remarks }) => remarks))) say(`  ${remark}`);
  }
}

function row(organ: string, { is, as, figures, verdict }: RoundComparison): (string | number)[] {
  const [dsc, nsd] = figures;
  return [
    organ,
    `${is}/${as}`,
    Math.min(dsc!.n, nsd!.n),
    means(dsc!),
    difference(dsc!),
    means(nsd!),
    difference(nsd!),
    verdict === 'promote' ? 'pass' : 'hold',
  ];
}

/** `incumbent → candidate`, in per cent. */
export const means = (figures: GateFigures): string => gateMeans(figures, percent);

/** In points of a per cent. */
export const difference = (figures: GateFigures): string => gateDifference(figures, percent);

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
