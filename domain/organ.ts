/** The four organs of a plus dataset, and what stands for each of them in a label map. */
export const organs = ['liver', 'kidney', 'spleen', 'pancreas'] as const;
export type Organ = (typeof organs)[number];

/** Value of each organ in a four-organ label map; 0 is background. Both kidneys share one value. */
export const organValue: Readonly<Record<Organ, number>> = { liver: 1, kidney: 2, spleen: 3, pancreas: 4 };
