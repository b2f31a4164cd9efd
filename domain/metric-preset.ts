import { PlusctError } from './errors.js';
import type { Convention, MetricContract, MetricName, OrganRule, PresetName } from './metric.js';

/** What measured; part of the contract, so that another version is another contract. */
export const metricImplementation = 'plusct 0.1.0, after google-deepmind/surface-distance 1f805ce';

/** Rules of a known evaluation. */
interface Preset {
  /** Millimetres by organ, or one number for all. */
  readonly tolerancesMm: number | Readonly<Record<string, number>>;
  readonly truthSlicesOnly: readonly string[];
  readonly convention: Omit<Convention, 'failureBelowDsc'>;
}

const official: Preset['convention'] = {
  bothEmpty: 'undefined',
  truthEmpty: 'zero',
  predictionEmpty: 'zero',
  nsdZeroBelowDsc: null,
  roundedToDigits: null,
  distancesOfEmptyMasks: 'undefined',
};

/** Tolerances of the FLARE22 evaluation code, by organ. */
const flareTolerancesMm = {
  liver: 5,
  kidney: 3,
  spleen: 3,
  pancreas: 5,
  aorta: 2,
  ivc: 2,
  adrenal: 2,
  gallbladder: 2,
  oesophagus: 3,
  stomach: 5,
  duodenum: 7,
} as const;

const presets: Readonly<Record<PresetName, Preset>> = {
  /** The paper: 1 mm for every organ, computed with the Decathlon's notebook, which equals the official code. */
  abdomenct1k: { tolerancesMm: 1, truthSlicesOnly: [], convention: official },
  flare22: {
    tolerancesMm: flareTolerancesMm,
    truthSlicesOnly: ['aorta', 'ivc', 'oesophagus'],
    convention: { ...official, bothEmpty: 'one', nsdZeroBelowDsc: 0.2, roundedToDigits: 4 },
  },
  totalsegmentator: {
    tolerancesMm: 3,
    truthSlicesOnly: [],
    convention: { ...official, truthEmpty: 'undefined' },
  },
  /** The implementation's own rules; it leaves the tolerance to the user. */
  deepmind: { tolerancesMm: 1, truthSlicesOnly: [], convention: official },
};

export interface ContractRequest {
  readonly preset: PresetName;
  readonly organs: readonly Pick<OrganRule, 'organ' | 'labels'>[];
  readonly metrics: readonly MetricName[];
  /** Instead of the preset's, for every organ. */
  readonly tolerancesMm?: readonly number[];
  readonly failureBelowDsc?: number;
  readonly ignoreGeometry?: boolean;
  readonly ignoreUnknownLabels?: boolean;
}

/**
 * The contract that follows from a preset and what was asked for. Throws `InvalidInput` where the preset has no
 * tolerance for an organ, and where an organ or a label value is named twice.
 */
export function metricContract(request: ContractRequest): MetricContract {
  checkLabels(request.organs);
  const { preset, tolerancesMm, failureBelowDsc = 0 } = request;
  const rules = presets[preset];
  const needsTolerance = request.metrics.includes('nsd');
  const organs = request.organs.map(({ organ, labels }) => ({
    organ,
    labels: [...labels],
    tolerancesMm: needsTolerance ? [...(tolerancesMm ?? [presetTolerance(preset, organ)])] : [],
  }));
  const changed = needsTolerance && tolerancesMm !== undefined && differsFromPreset(preset, organs);
  return {
    preset,
    deviations: changed ? ['tolerancesMm'] : [],
    organs,
    metrics: [...new Set(request.metrics)],
    spacingFrom: 'truth header',
    crop: 'box of both masks; surfaces closed at the edge of the volume',
    truthSlicesOnly: organs
      .map(({ organ }) => organ)
      .filter((organ) => rules.truthSlicesOnly.includes(plainName(organ))),
    geometry: request.ignoreGeometry ? 'not compared' : 'equal to a tenth of a voxel',
    unknownLabels: request.ignoreUnknownLabels ? 'ignored' : 'refused',
    convention: { ...rules.convention, failureBelowDsc },
    implementation: metricImplementation,
  };
}

function presetTolerance(preset: PresetName, organ: string): number {
  const { tolerancesMm } = presets[preset];
  if (typeof tolerancesMm === 'number') return tolerancesMm;
  const toleranceMm = tolerancesMm[plainName(organ)];
  if (toleranceMm !== undefined) return toleranceMm;
  throw new PlusctError(
    'InvalidInput',
    `${preset} has no tolerance for '${organ}'; it knows ${Object.keys(tolerancesMm).join(', ')}. Give one with --tolerance-mm.`,
  );
}

function differsFromPreset(preset: PresetName, organs: readonly OrganRule[]): boolean {
  const { tolerancesMm } = presets[preset];
  return organs.some((rule) => {
    const own = typeof tolerancesMm === 'number' ? tolerancesMm : tolerancesMm[plainName(rule.organ)];
    return rule.tolerancesMm.length !== 1 || rule.tolerancesMm[0] !== own;
  });
}

const otherNames: Readonly<Record<string, string>> = {
  esophagus: 'oesophagus',
  postcava: 'ivc',
  'inferior vena cava': 'ivc',
  'adrenal gland': 'adrenal',
  kidneys: 'kidney',
};

/** An organ's name without side, spelling and punctuation: `Left-Kidney` is a kidney. */
function plainName(organ: string): string {
  const words = organ
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '' && !['left', 'right', 'l', 'r'].includes(word))
    .join(' ');
  return otherNames[words] ?? words;
}

function checkLabels(organs: ContractRequest['organs']): void {
  const owner = new Map<number, string>();
  const names = new Set<string>();
  for (const { organ, labels } of organs) {
    if (names.has(organ)) throw new PlusctError('InvalidInput', `organ '${organ}' is named twice`);
    names.add(organ);
    for (const label of labels) {
      const other = owner.get(label);
      if (other !== undefined) {
        throw new PlusctError(
          'InvalidInput',
          `label ${label} stands for both ${other} and ${organ}: a value belongs to one organ; evaluate them one after the other`,
        );
      }
      owner.set(label, organ);
    }
  }
}
