/** A range of CT values that is spread over the greys, by its middle and width in HU. */
export interface CtWindow {
  readonly name: string;
  readonly levelHu: number;
  readonly widthHu: number;
  readonly key: string;
}

/** Usual windows of abdominal CT: soft tissue 40/400; narrower ones for parenchyma of the liver and the pancreas. */
export const ctWindows: readonly CtWindow[] = [
  { name: 'Abdomen', levelHu: 40, widthHu: 400, key: '1' },
  { name: 'Liver', levelHu: 70, widthHu: 160, key: '2' },
  { name: 'Pancreas', levelHu: 60, widthHu: 260, key: '3' },
  { name: 'Lung base', levelHu: -500, widthHu: 1500, key: '4' },
];
