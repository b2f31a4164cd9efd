/** Mean and standard deviation over cases, in percent; null where the paper reports none. */
export type PublishedFigure = readonly [mean: number, sd: number | null];

export interface PublishedRow {
  /** What `--published` takes. */
  readonly id: string;
  readonly title: string;
  readonly organs: Readonly<
    Partial<Record<string, { readonly dsc: PublishedFigure; readonly nsd: PublishedFigure | null }>>
  >;
}

export const publishedSource =
  'Ma et al., AbdomenCT-1K: Is Abdominal Organ Segmentation A Solved Problem?, arXiv:2010.14808v1';
/** NSD is at this tolerance, as the author states in issue 2 of the paper's repository. */
export const publishedToleranceMm = 1;

/** Tables 2, 3, 4, 6, 8 and 10; tables 5, 7 and 9 are the means over organs of 6, 8 and 10. */
export const publishedTables: readonly PublishedRow[] = [
  {
    id: 'table-2/liver-on-lits-ts',
    title: 'single organ, liver: trained on LiTS (131), tested on LiTS Ts (70)',
    organs: { liver: { dsc: [95.7, null], nsd: null } },
  },
  {
    id: 'table-2/liver-on-kits',
    title: 'single organ, liver: trained on LiTS (131), tested on KiTS (210)',
    organs: { liver: { dsc: [95.9, 9.35], nsd: [86.3, 14.1] } },
  },
  {
    id: 'table-2/liver-on-pancreas',
    title: 'single organ, liver: trained on LiTS (131), tested on Pancreas (363)',
    organs: { liver: { dsc: [98.2, 1.44], nsd: [91.6, 6.23] } },
  },
  {
    id: 'table-2/liver-on-spleen',
    title: 'single organ, liver: trained on LiTS (131), tested on Spleen (41)',
    organs: { liver: { dsc: [94.4, 11.9], nsd: [86.0, 18.6] } },
  },
  {
    id: 'table-2/kidney-on-kits-ts',
    title: 'single organ, kidney: trained on KiTS (210), tested on KiTS Ts (90)',
    organs: { kidney: { dsc: [97.0, null], nsd: null } },
  },
  {
    id: 'table-2/kidney-on-lits',
    title: 'single organ, kidney: trained on KiTS (210), tested on LiTS (131)',
    organs: { kidney: { dsc: [87.0, 18.4], nsd: [75.0, 17.3] } },
  },
  {
    id: 'table-2/kidney-on-pancreas',
    title: 'single organ, kidney: trained on KiTS (210), tested on Pancreas (363)',
    organs: { kidney: { dsc: [94.2, 5.68], nsd: [83.3, 9.35] } },
  },
  {
    id: 'table-2/kidney-on-spleen',
    title: 'single organ, kidney: trained on KiTS (210), tested on Spleen (41)',
    organs: { kidney: { dsc: [83.1, 27.0], nsd: [76.4, 25.6] } },
  },
  {
    id: 'table-2/spleen-on-spleen-ts',
    title: 'single organ, spleen: trained on Spleen (41), tested on Spleen Ts (20)',
    organs: { spleen: { dsc: [96.4, null], nsd: null } },
  },
  {
    id: 'table-2/spleen-on-lits',
    title: 'single organ, spleen: trained on Spleen (41), tested on LiTS (131)',
    organs: { spleen: { dsc: [92.0, 16.1], nsd: [81.8, 16.6] } },
  },
  {
    id: 'table-2/spleen-on-kits',
    title: 'single organ, spleen: trained on Spleen (41), tested on KiTS (210)',
    organs: { spleen: { dsc: [91.0, 18.3], nsd: [82.1, 19.9] } },
  },
  {
    id: 'table-2/spleen-on-pancreas',
    title: 'single organ, spleen: trained on Spleen (41), tested on Pancreas (363)',
    organs: { spleen: { dsc: [95.5, 7.44], nsd: [88.5, 9.17] } },
  },
  {
    id: 'table-2/pancreas-on-msd-pan-ts',
    title: 'single organ, pancreas: trained on MSD Pan. (281), tested on MSD Pan. Ts (139)',
    organs: { pancreas: { dsc: [82.2, null], nsd: null } },
  },
  {
    id: 'table-2/pancreas-on-lits',
    title: 'single organ, pancreas: trained on MSD Pan. (281), tested on LiTS (131)',
    organs: { pancreas: { dsc: [88.9, 12.9], nsd: [81.5, 14.7] } },
  },
  {
    id: 'table-2/pancreas-on-kits',
    title: 'single organ, pancreas: trained on MSD Pan. (281), tested on KiTS (210)',
    organs: { pancreas: { dsc: [81.8, 10.5], nsd: [63.8, 11.5] } },
  },
  {
    id: 'table-2/pancreas-on-spleen',
    title: 'single organ, pancreas: trained on MSD Pan. (281), tested on Spleen (41)',
    organs: { pancreas: { dsc: [85.5, 17.4], nsd: [79.7, 18.8] } },
  },
  {
    id: 'table-3/lits-on-kits',
    title: 'multi organ: trained on LiTS Plus (131), tested on KiTS Plus (210)',
    organs: {
      liver: { dsc: [97.1, 3.42], nsd: [88.6, 10.3] },
      kidney: { dsc: [89.1, 14.5], nsd: [81.9, 13.5] },
      spleen: { dsc: [92.6, 13.6], nsd: [86.0, 16.3] },
      pancreas: { dsc: [84.7, 8.63], nsd: [70.4, 10.7] },
    },
  },
  {
    id: 'table-3/lits-on-pancreas',
    title: 'multi organ: trained on LiTS Plus (131), tested on Pancreas Plus (363)',
    organs: {
      liver: { dsc: [98.3, 1.39], nsd: [92.0, 5.76] },
      kidney: { dsc: [96.0, 5.03], nsd: [92.4, 7.05] },
      spleen: { dsc: [97.8, 2.83], nsd: [96.3, 5.14] },
      pancreas: { dsc: [81.1, 10.8], nsd: [61.4, 13.3] },
    },
  },
  {
    id: 'table-3/lits-on-spleen',
    title: 'multi organ: trained on LiTS Plus (131), tested on Spleen Plus (41)',
    organs: {
      liver: { dsc: [96.9, 4.66], nsd: [89.1, 11.2] },
      kidney: { dsc: [85.6, 26.7], nsd: [78.9, 26.0] },
      spleen: { dsc: [95.0, 11.5], nsd: [91.6, 12.3] },
      pancreas: { dsc: [86.1, 15.6], nsd: [78.8, 16.2] },
    },
  },
  {
    id: 'table-3/kits-on-lits',
    title: 'multi organ: trained on KiTS Plus (210), tested on LiTS Plus (131)',
    organs: {
      liver: { dsc: [95.5, 3.93], nsd: [77.4, 8.97] },
      kidney: { dsc: [91.4, 13.2], nsd: [79.3, 14.0] },
      spleen: { dsc: [95.0, 10.6], nsd: [91.6, 11.3] },
      pancreas: { dsc: [87.4, 10.9], nsd: [74.9, 12.9] },
    },
  },
  {
    id: 'table-3/kits-on-pancreas',
    title: 'multi organ: trained on KiTS Plus (210), tested on Pancreas Plus (363)',
    organs: {
      liver: { dsc: [98.0, 2.66], nsd: [91.4, 6.54] },
      kidney: { dsc: [94.4, 5.6], nsd: [84.3, 9.19] },
      spleen: { dsc: [97.1, 3.58], nsd: [95.1, 6.18] },
      pancreas: { dsc: [80.4, 11.5], nsd: [61.4, 16.9] },
    },
  },
  {
    id: 'table-3/kits-on-spleen',
    title: 'multi organ: trained on KiTS Plus (210), tested on Spleen Plus (41)',
    organs: {
      liver: { dsc: [97.1, 4.26], nsd: [90.4, 6.2] },
      kidney: { dsc: [84.9, 25.4], nsd: [79.2, 23.6] },
      spleen: { dsc: [96.6, 1.92], nsd: [93.8, 4.28] },
      pancreas: { dsc: [85.6, 14.8], nsd: [76.7, 15.5] },
    },
  },
  {
    id: 'table-3/msd-pan-on-lits',
    title: 'multi organ: trained on MSD Pan. Plus (281), tested on LiTS Plus (131)',
    organs: {
      liver: { dsc: [96.2, 2.58], nsd: [77.8, 7.09] },
      kidney: { dsc: [94.7, 9.22], nsd: [89.7, 11.7] },
      spleen: { dsc: [96.3, 9.19], nsd: [93.0, 10.5] },
      pancreas: { dsc: [90.1, 10.5], nsd: [82.3, 13.2] },
    },
  },
  {
    id: 'table-3/msd-pan-on-kits',
    title: 'multi organ: trained on MSD Pan. Plus (281), tested on KiTS Plus (210)',
    organs: {
      liver: { dsc: [98.0, 3.19], nsd: [92.1, 10.3] },
      kidney: { dsc: [90.8, 11.2], nsd: [82.7, 12.4] },
      spleen: { dsc: [94.6, 12.3], nsd: [88.5, 15.3] },
      pancreas: { dsc: [80.0, 14.1], nsd: [63.1, 12.9] },
    },
  },
  {
    id: 'table-3/msd-pan-on-spleen',
    title: 'multi organ: trained on MSD Pan. Plus (281), tested on Spleen Plus (41)',
    organs: {
      liver: { dsc: [98.1, 1.68], nsd: [91.4, 6.04] },
      kidney: { dsc: [94.8, 3.71], nsd: [87.8, 5.47] },
      spleen: { dsc: [98.5, 0.86], nsd: [97.0, 3.38] },
      pancreas: { dsc: [88.2, 8.44], nsd: [80.9, 12.7] },
    },
  },
  {
    id: 'table-4/subtask-1',
    title:
      'fully supervised, subtask 1: trained on KiTS Plus (210; the table prints 131), tested on 50 cases of LiTS, Pancreas, Spleen Plus',
    organs: {
      liver: { dsc: [92.8, 8.18], nsd: [79.7, 14.8] },
      kidney: { dsc: [73.4, 27.7], nsd: [64.1, 23.4] },
      spleen: { dsc: [89.2, 17.8], nsd: [84.5, 18.1] },
      pancreas: { dsc: [63.3, 24.7], nsd: [50.0, 22.9] },
    },
  },
  {
    id: 'table-4/subtask-2',
    title:
      'fully supervised, subtask 2: trained on MSD Pan. Plus (281), tested on 50 cases of LiTS, KiTS, Spleen Plus',
    organs: {
      liver: { dsc: [95.7, 6.08], nsd: [84.5, 15.5] },
      kidney: { dsc: [74.6, 18.9], nsd: [67.0, 19.8] },
      spleen: { dsc: [84.9, 26.7], nsd: [77.7, 25.9] },
      pancreas: { dsc: [61.5, 21.9], nsd: [50.8, 15.6] },
    },
  },
  {
    id: 'table-6/lower-bound',
    title: 'semi-supervised, lower bound',
    organs: {
      liver: { dsc: [92.9, 6.75], nsd: [77.9, 12.4] },
      kidney: { dsc: [86.9, 15.3], nsd: [79.4, 13.0] },
      spleen: { dsc: [87.0, 18.8], nsd: [72.4, 19.2] },
      pancreas: { dsc: [79.6, 9.48], nsd: [63.0, 11.5] },
    },
  },
  {
    id: 'table-6/subtask-1',
    title: 'semi-supervised, subtask 1',
    organs: {
      liver: { dsc: [94.1, 5.45], nsd: [78.6, 11.7] },
      kidney: { dsc: [87.0, 15.6], nsd: [78.9, 13.3] },
      spleen: { dsc: [88.4, 16.8], nsd: [74.6, 18.0] },
      pancreas: { dsc: [79.2, 9.18], nsd: [61.9, 12.4] },
    },
  },
  {
    id: 'table-6/subtask-2',
    title: 'semi-supervised, subtask 2',
    organs: {
      liver: { dsc: [94.7, 5.03], nsd: [79.4, 12.0] },
      kidney: { dsc: [87.3, 14.6], nsd: [79.0, 13.5] },
      spleen: { dsc: [89.8, 13.6], nsd: [75.7, 17.9] },
      pancreas: { dsc: [80.1, 9.11], nsd: [63.0, 11.7] },
    },
  },
  {
    id: 'table-6/upper-bound',
    title: 'semi-supervised, upper bound',
    organs: {
      liver: { dsc: [96.2, 3.31], nsd: [81.1, 10.3] },
      kidney: { dsc: [90.0, 7.47], nsd: [78.7, 14.1] },
      spleen: { dsc: [92.7, 5.16], nsd: [77.2, 13.8] },
      pancreas: { dsc: [80.6, 10.4], nsd: [64.0, 12.3] },
    },
  },
  {
    id: 'table-8/5-percent',
    title: 'weakly supervised, 5 % of the slices labelled',
    organs: {
      liver: { dsc: [90.2, 6.43], nsd: [64.6, 14.9] },
      kidney: { dsc: [80.0, 15.0], nsd: [61.3, 16.7] },
      spleen: { dsc: [86.1, 19.2], nsd: [72.5, 21.2] },
      pancreas: { dsc: [56.4, 18.8], nsd: [43.8, 14.4] },
    },
  },
  {
    id: 'table-8/30-percent',
    title: 'weakly supervised, 30 % of the slices labelled',
    organs: {
      liver: { dsc: [91.9, 6.07], nsd: [67.9, 15.6] },
      kidney: { dsc: [83.6, 13.1], nsd: [65.4, 18.1] },
      spleen: { dsc: [90.5, 15.2], nsd: [78.4, 19.2] },
      pancreas: { dsc: [73.9, 14.8], nsd: [56.6, 14.3] },
    },
  },
  {
    id: 'table-8/50-percent',
    title: 'weakly supervised, 50 % of the slices labelled',
    organs: {
      liver: { dsc: [92.8, 5.48], nsd: [69.3, 15.8] },
      kidney: { dsc: [84.2, 12.7], nsd: [64.9, 18.4] },
      spleen: { dsc: [90.5, 14.6], nsd: [77.7, 19.4] },
      pancreas: { dsc: [77.1, 13.4], nsd: [59.8, 13.5] },
    },
  },
  {
    id: 'table-10',
    title: 'continual learning',
    organs: {
      liver: { dsc: [95.7, 4.44], nsd: [81.5, 10.3] },
      kidney: { dsc: [88.7, 16.6], nsd: [74.5, 18.1] },
      spleen: { dsc: [95.6, 5.35], nsd: [92.1, 10.2] },
      pancreas: { dsc: [74.7, 14.6], nsd: [55.3, 15.1] },
    },
  },
];
