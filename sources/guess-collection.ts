import type { Collection } from '../domain/collection.js';
import { nameOf } from './file-tree.js';

interface Names {
  readonly collection: Collection;
  readonly image: RegExp;
  readonly label: RegExp;
}

/** What the collections call their files, with the folders that tell labels from images. */
const names: readonly Names[] = [
  { collection: 'lits', image: /(^|\/)(test-)?volume-\d+$/, label: /(^|\/)segmentation-\d+$/ },
  { collection: 'lits', image: /images\w*\/liver_\d+$/, label: /labels\w*\/liver_\d+$/ },
  { collection: 'kits19', image: /case_\d{5}\/imaging$/, label: /case_\d{5}\/segmentation$/ },
  { collection: 'msd-spleen', image: /images\w*\/spleen_\d+$/, label: /labels\w*\/spleen_\d+$/ },
  { collection: 'msd-pancreas', image: /images\w*\/pancreas_\d+$/, label: /labels\w*\/pancreas_\d+$/ },
  { collection: 'nih-pancreas', image: /PANCREAS_\d{4}(\/|$)/, label: /(^|\/)label\d{4}$/ },
];

/** The collection whose files are called so; undefined when the name tells nothing. `path` has forward slashes. */
export function guessCollection(path: string, kind: 'image' | 'label'): Collection | undefined {
  const stem = path.replace(/\.nii(\.gz)?$/i, '').replace(/_0000$/, '');
  if (nameOf(stem) === '') return undefined;
  return names.find((each) => each[kind].test(stem))?.collection;
}

/** What its collection calls the case of an image or a label, as far as the file's name says. */
export function guessCaseId(path: string): string | undefined {
  const [, lits, nih] = /(?:^|\/)(?:segmentation-(\d+)|label(\d{4}))\.nii/.exec(path) ?? [];
  if (lits !== undefined) return `volume-${lits}`;
  if (nih !== undefined) return `PANCREAS_${nih}`;
  const [id] = /(test-)?volume-\d+|case_\d{5}|(liver|spleen|pancreas)_\d+|PANCREAS_\d{4}/.exec(path) ?? [];
  return id?.replace('liver_', 'volume-');
}
