import { caseName } from './case-name.js';
import type { ReleaseCase, ReleaseManifest } from './release.js';
import { flatName, type LaidCases, licencesOf, volume } from './release-laid.js';
import { splitCases } from './split.js';

const mostFolds = 5;

/**
 * An nnU-Net v2 dataset: `Dataset501_NAME/{imagesTr,labelsTr,imagesTs,labelsTs,dataset.json}`. Images are read by
 * `NibabelIOWithReorient`: sources run their axes in different orders, and nnU-Net's usual reader takes them as they come.
 * `splits_final.json` keeps cases that show one scan in one fold; copy it to `nnUNet_preprocessed/Dataset501_NAME/`.
 */
export function nnunetDataset(
  manifest: ReleaseManifest,
  cases: readonly ReleaseCase[],
  datasetId: number,
): LaidCases {
  const folder = `Dataset${String(datasetId).padStart(3, '0')}_${manifest.campaign}`;
  const training = cases.filter(({ part }) => part === 'train');
  const ending = (item: ReleaseCase): string => (item.part === 'train' ? 'Tr' : 'Ts');
  const image = (item: ReleaseCase): string =>
    `${folder}/images${ending(item)}/${flatName(item)}_0000.nii.gz`;
  const contents = {
    channel_names: { '0': 'CT' },
    labels: Object.fromEntries(Object.entries(manifest.labels).sort(([, a], [, b]) => a - b)),
    numTraining: training.length,
    file_ending: '.nii.gz',
    overwrite_image_reader_writer: 'NibabelIOWithReorient',
    name: manifest.campaign,
    description: manifest.citation,
    reference: manifest.sources.map(({ citation }) => citation).join('; '),
    licence: licencesOf(cases),
    release: manifest.version,
  };
  const folds = foldsOf(manifest, training);
  return {
    volumes: cases.flatMap((item) => [
      ...volume(image(item), item.image),
      ...volume(`${folder}/labels${ending(item)}/${flatName(item)}.nii.gz`, item.labels),
    ]),
    texts: [
      { path: `${folder}/dataset.json`, text: `${JSON.stringify(contents, null, 1)}\n` },
      ...(folds.length < 2
        ? []
        : [{ path: `${folder}/splits_final.json`, text: `${JSON.stringify(folds, null, 1)}\n` }]),
    ],
    images: new Map(cases.map((item) => [caseName(item), image(item)])),
  };
}

/** Five folds, fewer where there are fewer cases that are not of one group; each case is validated in one of them. */
function foldsOf(
  { groups, choice }: ReleaseManifest,
  training: readonly ReleaseCase[],
): { train: string[]; val: string[] }[] {
  const names = new Map(training.map((item) => [caseName(item), flatName(item)]));
  const cases = [...names.keys()];
  const shares = Object.fromEntries(
    Array.from({ length: Math.min(mostFolds, cases.length) }, (_, n) => [`fold${n}`, 1]),
  );
  if (cases.length < 2) return [];
  const parts = Object.values(splitCases({ cases, groups, shares, seed: choice.seed })).filter(
    (part) => part.length > 0,
  );
  return parts.map((part) => {
    const val = new Set(part);
    const flat = (own: readonly string[]) => own.flatMap((name) => names.get(name) ?? []).sort();
    return { train: flat(cases.filter((name) => !val.has(name))), val: flat(part) };
  });
}
