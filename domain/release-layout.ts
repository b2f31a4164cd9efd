import { caseName } from './case-name.js';
import type { ReleaseCase, ReleaseManifest } from './release.js';
import {
  flatName,
  type LaidCases,
  type LayoutText,
  type LayoutVolume,
  licencesOf,
  volume,
} from './release-laid.js';
import { nnunetDataset } from './release-nnunet.js';

/** How a downloaded release lies on disk. */
export const layoutNames = ['plain', 'abdomenct-1k', 'nnunet', 'msd', 'dicom-seg'] as const;
export type LayoutName = (typeof layoutNames)[number];

export interface ReleaseLayout {
  readonly volumes: readonly LayoutVolume[];
  readonly texts: readonly LayoutText[];
  /** Cases that are in the release and not in this layout. */
  readonly leftOut: readonly { readonly case: string; readonly why: string }[];
}

export interface LayoutOptions {
  readonly layout: Exclude<LayoutName, 'dicom-seg'>;
  /** Number of the dataset in nnU-Net, or of the task in the decathlon. */
  readonly datasetId: number;
}

/** Where every file of a release goes in a layout. Pure: the same manifest gives the same files. */
export function layoutOf(manifest: ReleaseManifest, { layout, datasetId }: LayoutOptions): ReleaseLayout {
  if (layout === 'plain') {
    const volumes = manifest.files.map(({ path }) => ({ path, of: path, packed: false }));
    return { volumes, texts: [], leftOut: [] };
  }
  const { whole, leftOut } = wholeCases(manifest);
  const documents = manifest.files
    .filter(({ kind }) => kind === 'document')
    .map(({ path }) => ({ path, of: path, packed: false }));
  const laid =
    layout === 'nnunet'
      ? nnunetDataset(manifest, whole, datasetId)
      : layout === 'msd'
        ? decathlon(manifest, whole, datasetId)
        : abdomenCt1k(whole);
  const sources = manifest.choice.images ? [] : [imageSources(whole, laid.images)];
  return { volumes: [...documents, ...laid.volumes], texts: [...laid.texts, ...sources], leftOut };
}

/** Background where an organ is not labelled would teach a model that it is not there. */
function wholeCases({ cases }: ReleaseManifest): { whole: ReleaseCase[]; leftOut: ReleaseLayout['leftOut'] } {
  const lacking = (item: ReleaseCase) =>
    item.organs
      .filter(({ state }) => state === 'withheld' || state === 'none')
      .map(({ organ, state }) => `${organ} ${state}`);
  return {
    whole: cases.filter((item) => lacking(item).length === 0),
    leftOut: cases
      .filter((item) => lacking(item).length > 0)
      .map((item) => ({
        case: caseName(item),
        why: `its label map is not whole: ${lacking(item).join(', ')}`,
      })),
  };
}

const numberName = ({ number }: ReleaseCase): string => `Case_${String(number).padStart(5, '0')}`;

/** As AbdomenCT-1K was released, with a table that says which case is which. */
function abdomenCt1k(cases: readonly ReleaseCase[]): LaidCases {
  const rows = cases.map((item) =>
    [numberName(item), caseName(item), item.part, item.copy.replaceAll(',', ';'), item.imageSha256].join(','),
  );
  return {
    volumes: cases.flatMap((item) => [
      ...volume(`${numberName(item)}_0000.nii.gz`, item.image),
      ...volume(`Mask/${numberName(item)}.nii.gz`, item.labels),
    ]),
    texts: [{ path: 'mapping.csv', text: `${['name,case,part,copy,image_sha256', ...rows].join('\n')}\n` }],
    images: new Map(cases.map((item) => [caseName(item), `${numberName(item)}_0000.nii.gz`])),
  };
}

/** As a task of the Medical Segmentation Decathlon; `licence` is spelt as there. */
function decathlon(manifest: ReleaseManifest, cases: readonly ReleaseCase[], datasetId: number): LaidCases {
  const folder = `Task${String(datasetId).padStart(2, '0')}_${manifest.campaign}`;
  const of = (part: ReleaseCase['part']) => cases.filter((item) => item.part === part);
  const image = (item: ReleaseCase) =>
    `${item.part === 'train' ? 'imagesTr' : 'imagesTs'}/${flatName(item)}.nii.gz`;
  const label = (item: ReleaseCase) => `labelsTr/${flatName(item)}.nii.gz`;
  const [training, test] = [of('train'), of('test')];
  const contents = {
    name: manifest.campaign,
    description: manifest.citation,
    reference: manifest.sources.map(({ citation }) => citation).join('; '),
    licence: licencesOf(cases),
    release: manifest.version,
    tensorImageSize: '3D',
    modality: { '0': 'CT' },
    labels: Object.fromEntries(
      Object.entries(manifest.labels)
        .sort(([, a], [, b]) => a - b)
        .map(([name, value]) => [String(value), name]),
    ),
    numTraining: training.length,
    numTest: test.length,
    training: training.map((item) => ({ image: `./${image(item)}`, label: `./${label(item)}` })),
    test: test.map((item) => `./${image(item)}`),
  };
  return {
    volumes: cases.flatMap((item) => [
      ...volume(`${folder}/${image(item)}`, item.image),
      ...(item.part === 'train' ? volume(`${folder}/${label(item)}`, item.labels) : []),
    ]),
    texts: [{ path: `${folder}/dataset.json`, text: `${JSON.stringify(contents, null, 1)}\n` }],
    images: new Map(cases.map((item) => [caseName(item), `${folder}/${image(item)}`])),
  };
}

/** Which file of its source each image is made of, for a release that has none. */
function imageSources(cases: readonly ReleaseCase[], images: ReadonlyMap<string, string>): LayoutText {
  const rows = cases.flatMap((item) =>
    item.sourceFiles.map(({ path, sha256 }) =>
      [caseName(item), images.get(caseName(item)) ?? '', JSON.stringify(path), sha256].join(','),
    ),
  );
  return { path: 'images-to-fetch.csv', text: `${['case,put_at,source_file,sha256', ...rows].join('\n')}\n` };
}
