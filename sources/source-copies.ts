import { type Collection, collectionFacts } from '../domain/collection.js';
import type { SourceCopy } from '../domain/source-copy.js';

const decathlonLiver = { copy: 'Medical Segmentation Decathlon Task03_Liver', licence: 'CC-BY-SA-4.0' };
const codalabLits = { copy: 'LiTS (CodaLab)', licence: 'CC-BY-NC-ND-4.0' };

/** A distribution under the terms that the collection is known for. */
export function usualCopy(collection: Collection, copy: string): SourceCopy {
  const { licence, citation } = collectionFacts[collection];
  return { copy, licence, citation, otherCopies: [] };
}

/** What CodaLab gave out, also where files were renamed. */
export const litsFromCodalab: SourceCopy = {
  ...usualCopy('lits', codalabLits.copy),
  ...codalabLits,
  otherCopies: [decathlonLiver],
};

/** The same scans with their headers made uniform, under a freer licence. */
export const litsFromDecathlon: SourceCopy = {
  ...decathlonLiver,
  citation: `${collectionFacts.lits.citation}; ${collectionFacts['msd-spleen'].citation}`,
  licenceNote: 'the organisers of LiTS gave the same scans out under CC-BY-NC-ND-4.0',
  otherCopies: [codalabLits],
};

/** Cases 0 to 209 are also at The Cancer Imaging Archive, as DICOM series. */
export const kits19Labelled: SourceCopy = {
  ...usualCopy('kits19', 'KiTS19 repository'),
  otherCopies: [{ copy: 'TCIA C4KC-KiTS', licence: 'CC-BY-3.0' }],
};

/** Cases 210 to 299 are given out by the challenge alone. */
export const kits19Unlabelled: SourceCopy = {
  ...usualCopy('kits19', 'KiTS19 repository'),
  licenceNote:
    'no other copy and no licence of its own is known of cases 210 to 299; that of the repository was taken',
};

/** Redrawn labels of the same scans, and of more. */
export function laterKits(edition: 'KiTS21' | 'KiTS23'): SourceCopy {
  return {
    ...usualCopy('kits19', `${edition} repository`),
    citation: 'Heller et al., arXiv 2307.01984 (2023)',
  };
}

/** Its scans come from the five collections; which from which was never published. */
export const abdomenCt1k: SourceCopy = {
  ...usualCopy('abdomenct-1k', 'AbdomenCT-1K release (Zenodo)'),
  licenceNote:
    'the record at Zenodo is said to be CC-BY-4.0; which collection a case is from was not published, so the strictest ' +
    'licence of the copies that it was made of was taken (KiTS19)',
  otherCopies: (['lits', 'kits19', 'msd-spleen', 'msd-pancreas', 'nih-pancreas'] as const).map(
    (collection) => ({
      copy: `${collectionFacts[collection].title} (possibly)`,
      licence: collection === 'lits' ? decathlonLiver.licence : collectionFacts[collection].licence,
    }),
  ),
};
