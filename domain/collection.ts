import type { Organ } from './organ.js';

/** The five source collections. Each annotates one organ; the names double as folder names. */
export const collections = ['lits', 'kits19', 'msd-spleen', 'msd-pancreas', 'nih-pancreas'] as const;
export type Collection = (typeof collections)[number];

export interface CollectionFacts {
  /** What people call it. */
  readonly title: string;
  /** The one organ that it labels; tumours and cysts belong to their organ. */
  readonly organ: Organ;
  readonly licence: string;
  readonly citation: string;
  /** Published number of cases, with and without labels. */
  readonly published: { readonly labelled: number; readonly unlabelled: number };
}

export const collectionFacts: Readonly<Record<Collection, CollectionFacts>> = {
  lits: {
    title: 'LiTS',
    organ: 'liver',
    licence: 'CC-BY-NC-ND-4.0',
    citation: 'Bilic et al., Medical Image Analysis 84 (2023) 102680',
    published: { labelled: 131, unlabelled: 70 },
  },
  kits19: {
    title: 'KiTS19',
    organ: 'kidney',
    licence: 'CC-BY-NC-SA-4.0',
    citation: 'Heller et al., Medical Image Analysis 67 (2021) 101821',
    published: { labelled: 210, unlabelled: 90 },
  },
  'msd-spleen': {
    title: 'MSD Spleen',
    organ: 'spleen',
    licence: 'CC-BY-SA-4.0',
    citation: 'Antonelli et al., Nature Communications 13 (2022) 4128',
    published: { labelled: 41, unlabelled: 20 },
  },
  'msd-pancreas': {
    title: 'MSD Pancreas',
    organ: 'pancreas',
    licence: 'CC-BY-SA-4.0',
    citation: 'Antonelli et al., Nature Communications 13 (2022) 4128',
    published: { labelled: 281, unlabelled: 139 },
  },
  'nih-pancreas': {
    title: 'NIH Pancreas-CT',
    organ: 'pancreas',
    licence: 'CC-BY-3.0',
    citation: 'Roth et al., The Cancer Imaging Archive (2016), doi 10.7937/K9/TCIA.2016.tNB1kqBU',
    published: { labelled: 80, unlabelled: 0 },
  },
};
