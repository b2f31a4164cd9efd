import type { Organ } from './organ.js';

/** The five collections that a plus dataset is made of. Each annotates one organ; the names double as folder names. */
export const coreCollections = ['lits', 'kits19', 'msd-spleen', 'msd-pancreas', 'nih-pancreas'] as const;

export type CoreCollection = (typeof coreCollections)[number];

/** Every kind of source: the five, AbdomenCT-1K as it was released, and any dataset in nnU-Net's layout. */
export const collections = [...coreCollections, 'abdomenct-1k', 'nnunet'] as const;
export type Collection = (typeof collections)[number];

export interface CollectionFacts {
  /** What people call it. */
  readonly title: string;
  /** Organs that its labels may hold; tumours and cysts belong to their organ. */
  readonly organs: readonly Organ[];
  /** Terms of the distribution that is usually used; a case's passport has those of its own copy. */
  readonly licence: string;
  readonly citation: string;
  /** Published number of cases, with and without labels; left out where there is no published number. */
  readonly published?: { readonly labelled: number; readonly unlabelled: number };
}

const decathlon = 'Antonelli et al., Nature Communications 13 (2022) 4128';

export const collectionFacts: Readonly<Record<Collection, CollectionFacts>> = {
  lits: {
    title: 'LiTS',
    organs: ['liver'],
    licence: 'CC-BY-NC-ND-4.0',
    citation: 'Bilic et al., Medical Image Analysis 84 (2023) 102680',
    published: { labelled: 131, unlabelled: 70 },
  },
  kits19: {
    title: 'KiTS19',
    organs: ['kidney'],
    licence: 'CC-BY-NC-SA-4.0',
    citation: 'Heller et al., Medical Image Analysis 67 (2021) 101821',
    published: { labelled: 210, unlabelled: 90 },
  },
  'msd-spleen': {
    title: 'MSD Spleen',
    organs: ['spleen'],
    licence: 'CC-BY-SA-4.0',
    citation: decathlon,
    published: { labelled: 41, unlabelled: 20 },
  },
  'msd-pancreas': {
    title: 'MSD Pancreas',
    organs: ['pancreas'],
    licence: 'CC-BY-SA-4.0',
    citation: decathlon,
    published: { labelled: 281, unlabelled: 139 },
  },
  'nih-pancreas': {
    title: 'NIH Pancreas-CT',
    organs: ['pancreas'],
    licence: 'CC-BY-3.0',
    citation: 'Roth et al., The Cancer Imaging Archive (2016), doi 10.7937/K9/TCIA.2016.tNB1kqBU',
    published: { labelled: 80, unlabelled: 0 },
  },
  'abdomenct-1k': {
    title: 'AbdomenCT-1K',
    organs: ['liver', 'kidney', 'spleen', 'pancreas'],
    licence: 'CC-BY-NC-SA-4.0',
    citation: 'Ma et al., IEEE Transactions on Pattern Analysis and Machine Intelligence 44 (2022) 6695',
    published: { labelled: 1000, unlabelled: 62 },
  },
  nnunet: {
    title: 'nnU-Net dataset',
    organs: ['liver', 'kidney', 'spleen', 'pancreas'],
    licence: 'unknown',
    citation: 'unknown',
  },
};
