import { readReview } from '../activities/agreement-figures.js';
import { readRanked } from '../activities/ranked-masks.js';
import { PlusctError } from '../domain/errors.js';
import type { ReviewItem, ReviewPlan } from '../domain/review-budget.js';
import { itemName, planReview } from '../domain/review-budget.js';
import type { Interval, Looked, ReviewRecall } from '../reports/review-recall.js';
import { cut, printJson, printTable, say, styled } from './output.js';
import { chooseCampaign, type Session } from './session.js';
import { positiveNumber, shareOfOne } from './wrong-option.js';

const shownAtMost = 40;

/** `plusct review show`: the list that people work on, and its recall so far. */
export async function showReview(
  session: Session,
  named: string | undefined,
  options: { json?: boolean; all?: boolean },
): Promise<void> {
  const campaign = await chooseCampaign(session.store, named);
  const review = await readReview(session.store, campaign);
  if (review === undefined) {
    throw new PlusctError(
      'InvalidInput',
      `${campaign} has no review list; \`plusct build --review-hours N\` makes one, \`plusct review plan\` tries one out`,
    );
  }
  if (options.json) return printJson({ campaign, ...review });
  printPlan(review.plan, options.all === true);
  for (const line of recallLines(review.recall)) say(line);
}

/** `plusct review plan`: what a budget would come to, from the expected errors that there are; changes nothing. */
export async function tryReview(
  session: Session,
  named: string | undefined,
  options: { hours: string; auditShare: string; json?: boolean; all?: boolean },
): Promise<void> {
  const budget = {
    budgetHours: positiveNumber('--hours', options.hours),
    auditShare: shareOfOne('--audit-share', options.auditShare),
  };
  const campaign = await chooseCampaign(session.store, named);
  const { candidates, seed, minutesFrom } = await readRanked(session.store, campaign);
  const plan = { ...budget, seed, minutesFrom, items: planReview(candidates, budget, seed) };
  if (options.json) return printJson({ campaign, plan });
  printPlan(plan, options.all === true);
  say('Nothing was changed: a campaign gets its list when it is built with --review-hours.');
}

function printPlan(plan: ReviewPlan, all: boolean): void {
  const { items, budgetHours } = plan;
  const of = (fate: string): ReviewItem[] => items.filter((each) => each.fate === fate);
  const hours = of('selected').reduce((sum, each) => sum + each.minutes, 0) / 60;
  say(
    styled(
      'bold',
      `${of('selected').length} of ${items.length} pre-labels go to people (${hours.toFixed(1)} of ${budgetHours} hours); ` +
        `${of('audit').length} of the rest are read blindly`,
    ),
  );
  say(`Minutes: ${plan.minutesFrom}`);
  const shown = all ? items : items.filter((each) => each.fate === 'selected').slice(0, shownAtMost);
  printTable(
    ['pre-label', 'expected error', 'minutes', ''],
    shown.map((each) => [
      cut(itemName(each), 60),
      each.expectedError === undefined ? 'not known' : each.expectedError.toFixed(3),
      each.minutes,
      // Who reads blindly must not learn it from a list.
      all ? (each.fate === 'selected' ? 'on the list' : 'not on the list') : '',
    ]),
  );
  if (shown.length < items.length && !all) say(`… --all shows every pre-label`);
}

/** Recall of a review list in words. */
export function recallLines({ list, outside, recall, outsideRate, method }: ReviewRecall): string[] {
  const looked = ({ all, looked: count, errors }: Looked): string =>
    `${errors} with an error of ${count} looked at, of ${all}`;
  return [
    `On the list: ${looked(list)}. Outside: ${looked(outside)}${outsideRate === undefined ? '' : ` (${rateText(outsideRate)})`}.`,
    recall === undefined ? 'Recall of the list: not known yet.' : `Recall of the list: ${rateText(recall)}.`,
    `  ${method}`,
  ];
}

function rateText({ value, low, high }: Interval): string {
  return `${value.toFixed(2)}, 95 % ${low.toFixed(2)}–${high.toFixed(2)}`;
}
