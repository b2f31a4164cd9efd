import { caseName } from '../domain/case-name.js';
import { licenceParts } from '../domain/licence.js';
import type { ReleaseCase, ReleaseContent } from '../domain/release.js';
import { termsTable } from './licence-page.js';

/** Name of the page in a release. */
export const licencesPath = 'LICENSES.md';

/** The terms of every case of a release as Markdown, and the reading that they follow from. */
export function releaseLicences({ campaign, version, cases, choice }: ReleaseContent): string {
  const byTerms = new Map<string, ReleaseCase[]>();
  for (const item of cases)
    byTerms.set(termsOf(item, choice.images), [...(byTerms.get(termsOf(item, choice.images)) ?? []), item]);
  const groups = [...byTerms].sort(([a], [b]) => (a < b ? -1 : 1));
  const named = new Set(
    cases.flatMap((item) => [...licenceParts(item.licence), ...licenceParts(item.sourceLicence)]),
  );
  return [
    `# Licences of ${campaign} ${version}`,
    '',
    'This is a collection of works under terms of their own; no licence covers the whole of it.',
    '',
    ...rule(choice),
    '',
    ...termsTable([...named].sort()),
    '',
    ...groups.flatMap(([terms, own]) => [
      `## ${terms} (${own.length})`,
      '',
      own.map(caseName).join(', '),
      '',
      ...notes(own),
    ]),
  ].join('\n');
}

function termsOf({ licence, sourceLicence }: ReleaseCase, images: boolean): string {
  return images ? `images ${sourceLicence}, label maps ${licence}` : `label maps ${licence}`;
}

function rule({ images, trainingBinds, labelsUnder }: ReleaseContent['choice']): string[] {
  const training = trainingBinds
    ? 'and of the training data of models that proposed parts of it, also after people corrected them'
    : 'and not of the training data of models (by choice: whether they bind is disputed)';
  return [
    `The rule: a label map is taken for adapted material of its image, of the source’s label in it, ${training}. All those licences apply at once.`,
    ...(images
      ? [
          'Images are passed on unchanged; another packing or a missing field of the header is no adaptation (CC 4.0, section 2(a)(4)).',
        ]
      : [
          'Images are not in this release. Where a source forbids sharing adapted material (ND), its own label is not in the label maps either: they hold',
          `only what was made here, which no part of the licensed work is in, under ${labelsUnder}.`,
        ]),
    'Whether a segmentation is adapted material is not settled in law: this is the cautious reading, a record of facts and no legal advice.',
  ];
}

function notes(cases: readonly ReleaseCase[]): string[] {
  const lines = new Set(
    cases.flatMap(({ copy, licenceNote, otherCopies }) => [
      ...(licenceNote === undefined ? [] : [`- ${copy}: ${licenceNote}`]),
      ...otherCopies.map(
        (other) => `- ${copy}: the same scans are given out as ${other.copy} under ${other.licence}`,
      ),
    ]),
  );
  return lines.size === 0 ? [] : [...lines, ''];
}
