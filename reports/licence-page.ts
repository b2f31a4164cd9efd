import type { ExportChoice } from '../domain/export-choice.js';
import { factsOf, licenceParts } from '../domain/licence.js';

/** What binds an export, as Markdown: the rule that was applied, the licences' terms, the cases under each, and the cases left out. */
export function licencePage({ chosen, leftOut, uses }: ExportChoice, modelsBind: boolean): string {
  const byLicence = new Map<string, string[]>();
  for (const { licence, name } of chosen) byLicence.set(licence, [...(byLicence.get(licence) ?? []), name]);
  const expressions = [...byLicence].sort(([a], [b]) => (a < b ? -1 : 1));
  const named = [...new Set(expressions.flatMap(([expression]) => licenceParts(expression)))].sort();
  return [
    '# Licences of these label maps',
    '',
    rule(modelsBind),
    '',
    uses.length === 0
      ? 'No use was asked for: a case may be in here although its licence forbids to share its label map.'
      : `Asked for were cases whose licences allow ${uses.join(', ')}.`,
    '',
    ...termsTable(named),
    '',
    ...expressions.flatMap(([expression, cases]) => [
      `## ${expression} (${cases.length})`,
      '',
      cases.join(', '),
      '',
    ]),
    ...(leftOut.length === 0
      ? []
      : ['## Left out', '', ...leftOut.map(({ name, reasons }) => `- ${name}: ${reasons.join('; ')}`), '']),
  ].join('\n');
}

function rule(modelsBind: boolean): string {
  const training = modelsBind
    ? 'and, where a model proposed a part of it, of that model’s training data, also after people corrected it'
    : '(licences of training data were not counted, by choice)';
  return `The rule: a label map is taken for adapted material of its image, of the source label in it ${training}. What applies to it is the
strictest of all those licences; where none covers the others, all of them. Under CC BY-NC-ND 4.0, section 2(a)(1)(B), adapted material may be made but not
shared; two share-alike licences (section 3(b)) ask for terms that no one licence meets. Whether a segmentation is adapted material, and whether
training data bind a model’s output, is not settled in law: this is the cautious reading, a record of facts and no legal advice.`;
}

/** What licences allow and ask for, as a table of Markdown. */
export function termsTable(names: readonly string[]): string[] {
  return [
    '| licence | share | share adapted material | commercial | attribution | share-alike | text |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...names.map(termsRow),
  ];
}

function termsRow(licence: string): string {
  const facts = factsOf(licence);
  if (facts === undefined)
    return `| ${licence} | not known | not known | not known | not known | not known | |`;
  const { share, derivatives, commercial, attribution, shareAlike, url } = facts;
  const cells = [share, derivatives, commercial].map((allowed) => (allowed ? 'yes' : 'no'));
  const duties = [attribution, shareAlike].map((asked) => (asked ? 'required' : 'no'));
  return `| ${[licence, ...cells, ...duties, url].join(' | ')} |`;
}

/** One line for each work to cite, with the collections that it stands for. */
export function citationLines({ chosen }: Pick<ExportChoice, 'chosen'>): string {
  const byWork = new Map<string, Map<string, number>>();
  for (const { passport } of chosen) {
    const counts = byWork.get(passport.citation) ?? new Map<string, number>();
    counts.set(passport.collection, (counts.get(passport.collection) ?? 0) + 1);
    byWork.set(passport.citation, counts);
  }
  const lines = [...byWork].map(([work, counts]) => {
    const of = [...counts].map(([collection, count]) => `${collection}: ${count} cases`).join(', ');
    return `${work} (${of})`;
  });
  return `${lines.sort().join('\n')}\n`;
}
