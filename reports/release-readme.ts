import { caseName } from '../domain/case-name.js';
import { type Organ, organs } from '../domain/organ.js';
import { type ReleaseContent, type ReleaseOrgan, releaseParts } from '../domain/release.js';

/** Name of the datasheet in a release. */
export const readmePath = 'README.md';

/**
 * The datasheet of a release as Markdown: what it holds, how labels came to be, what is known to be doubtful, how cases are divided, and what
 * changed. Written from the manifest's content alone, so that it has no time in it.
 */
export function releaseReadme(content: ReleaseContent): string {
  const { campaign, version, cases } = content;
  return [
    `# ${campaign} ${version}`,
    '',
    content.citation,
    '',
    ...holds(content),
    ...origins(content),
    ...split(content),
    ...doubts(content),
    ...figures(content),
    ...models(content),
    ...changes(content),
    ...leftOut(content),
    '## To cite',
    '',
    `- ${content.citation}`,
    ...content.sources.map(
      ({ citation, cases: count }) => `- ${citation} (${count} of ${cases.length} cases)`,
    ),
    '',
    'Terms are those of each case: see LICENSES.md. `plusct release verify FOLDER` proves every byte without any server.',
    '',
  ].join('\n');
}

function holds({ cases, labels, choice }: ReleaseContent): string[] {
  const values = Object.entries(labels).sort(([, a], [, b]) => a - b);
  return [
    '## What it holds',
    '',
    '| file | holds |',
    '| --- | --- |',
    '| `labels/{collection}/{case}.nii.gz` | label map on the native grid of its image, under its header |',
    ...(choice.images
      ? [
          '| `images/{collection}/{case}.nii[.gz]` | the image, as its source has it; DICOM series as one NIfTI file |',
        ]
      : []),
    '| `cases.csv` | one line for each case: number, files, part, licence, origin of each label |',
    '| `manifest.json` | everything above with hashes, and the passport of each case |',
    '| `croissant.json` | the same for tools that read Croissant metadata |',
    '',
    `Values: ${values.map(([name, value]) => `${value} ${name}`).join(', ')}. Both kidneys share a value; tumours and cysts belong to their organ.`,
    ...(choice.images
      ? []
      : [
          '',
          'This release has no images: fetch them from their sources. `cases.csv` has the files’ names, the manifest their hashes.',
        ]),
    '',
    `Headers are the sources’ own, right or wrong. ${cases.filter(({ geometry }) => geometry.repairs.length > 0).length} cases have repairs of their geometry on record, ` +
      `${cases.filter(({ geometry }) => geometry.spacingUnknown).length} have lost their voxel size: measure nothing in mm there.`,
    '',
  ];
}

function origins({ cases }: ReleaseContent): string[] {
  const rows = organs.map((organ) => {
    const own = cases.map((item) => organOf(item.organs, organ));
    const count = (holds: (one: ReleaseOrgan) => boolean): number =>
      own.filter((one) => one && holds(one)).length;
    return [
      organ,
      ...(['source', 'human', 'model'] as const).map((origin) => count((one) => one.origin === origin)),
      count((one) => one.simulated),
      ...(['absent', 'withheld', 'none'] as const).map((state) => count((one) => one.state === state)),
    ];
  });
  const reviewed = cases.filter((item) => item.reviewed).length;
  const verified = cases.filter((item) => item.verified).length;
  return [
    '## How labels came to be',
    '',
    '| organ | from the source | drawn or corrected by people | as a model proposed | of these, simulated people | attested absent | withheld | none |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
    `Of ${cases.length} cases, ${reviewed} were approved by a radiologist and ${verified} verified by a senior. Labels of the source were never changed. ` +
      'Withheld labels are the source’s own, which its licence does not let anybody pass on in changed form: take them from there.',
    '',
  ];
}

function organOf(all: readonly ReleaseOrgan[], organ: Organ): ReleaseOrgan | undefined {
  return all.find((each) => each.organ === organ);
}

function split({ cases, choice, groups }: ReleaseContent): string[] {
  const counts = releaseParts.map((part) => `${part} ${cases.filter((item) => item.part === part).length}`);
  return [
    '## Training and test',
    '',
    `${counts.join(', ')} cases, drawn with seed ${choice.seed}. Cases that show one scan or one patient are in one part (${groups.length} such groups). ` +
      'A case keeps its part in later releases.',
    '',
  ];
}

function doubts({ cases }: ReleaseContent): string[] {
  const lines = cases.flatMap((item) => [
    ...item.findings.map(({ code, message }) => `- ${caseName(item)}: ${code}, ${message}`),
    ...(item.accepted === undefined
      ? []
      : [`- ${caseName(item)}: was held back and let in: ${item.accepted}`]),
    ...item.organs
      .filter(({ state }) => state === 'absent')
      .map(({ organ }) => `- ${caseName(item)}: has no ${organ}, as a person attested`),
  ]);
  return [
    '## What to know of single cases',
    '',
    ...(lines.length === 0 ? ['Nothing was found.'] : [...new Set(lines)]),
    '',
  ];
}

function figures({ evaluation }: ReleaseContent): string[] {
  if (evaluation === undefined) return [];
  const { id, cases, scores, contractSha256 } = evaluation;
  const percent = (value: number | null): string => (value === null ? '–' : (100 * value).toFixed(1));
  return [
    '## Figures',
    '',
    `Evaluation ${id} judged the label maps of ${cases} of these cases against a reference (contract ${contractSha256.slice(0, 12)}).`,
    '',
    '| organ | labels | stage | n | DSC | NSD |',
    '| --- | --- | --- | --- | --- | --- |',
    ...scores.map(
      ({ organ, of, stage, n, dscMean, dscSd, nsdMean, nsdSd }) =>
        `| ${organ} | ${of} | ${stage} | ${n} | ${percent(dscMean)} ± ${percent(dscSd)} | ${percent(nsdMean)} ± ${percent(nsdSd)} |`,
    ),
    '',
  ];
}

function models({ models: all }: ReleaseContent): string[] {
  if (all.length === 0) return [];
  return [
    '## Models that proposed labels',
    '',
    '| model | organs | engine | trained on | licences of its training data |',
    '| --- | --- | --- | --- | --- |',
    ...all.map(
      ({ modelId, organs: own, engine, trainedOn, licences }) =>
        `| ${modelId} | ${own.join(', ')} | ${engine} | ${trainedOn} cases | ${licences.join(', ')} |`,
    ),
    '',
  ];
}

function changes({ changes: what, previous, settles }: ReleaseContent): string[] {
  if (what === undefined || previous === undefined) return [];
  const organLines = what.changed.flatMap(({ case: name, organs: each, fields }) => [
    ...each.map(({ organ, before, after, addedVoxels, removedVoxels }) => {
      const moved =
        addedVoxels === undefined ? '' : `, ${addedVoxels} voxels added, ${removedVoxels} removed`;
      return `- ${name}: ${organ} ${before.voxels ?? before.state} → ${after.voxels ?? after.state} voxels${moved}`;
    }),
    ...fields.map(
      ({ field, before, after }) =>
        `- ${name}: ${field}${after === undefined ? ' was corrected' : ` ${before ?? 'none'} → ${after}`}`,
    ),
  ]);
  return [
    `## Changes since ${previous.version}`,
    '',
    ...what.added.map((name) => `- ${name} came in`),
    ...what.removed.map((name) => `- ${name} was taken out`),
    ...organLines,
    ...what.dataset.map((line) => `- ${line}`),
    ...settles.map((id) => `- settles erratum ${id}`),
    '',
  ];
}

function leftOut({ leftOut: all }: ReleaseContent): string[] {
  if (all.length === 0) return [];
  return ['## Left out', '', ...all.map(({ case: name, reasons }) => `- ${name}: ${reasons.join('; ')}`), ''];
}
