import { type Organ, organValue } from '../../domain/organ.js';

/** Time of the scan after the contrast agent went in. */
export type Phase = 'arterial' | 'portal venous';

interface TissueFacts {
  /** Mean HU in either phase. */
  readonly hu: Readonly<Record<Phase, number>>;
  readonly organ?: Organ;
  readonly tumour?: true;
}

const plain = (hu: number): TissueFacts => ({ hu: { arterial: hu, 'portal venous': hu } });
const enhanced = (arterial: number, portal: number): TissueFacts => ({
  hu: { arterial, 'portal venous': portal },
});
const part = (organ: Organ, arterial: number, portal: number): TissueFacts => ({
  ...enhanced(arterial, portal),
  organ,
});
const tumour = (organ: Organ, arterial: number, portal: number): TissueFacts => ({
  ...part(organ, arterial, portal),
  tumour: true,
});

/**
 * What the phantom is made of. The order is the order of painting: inside the abdomen a later tissue lies over
 * an earlier one. HU are textbook values for a contrast-enhanced adult CT at 120 kVp.
 */
export const tissueFacts = {
  air: plain(-1024),
  skin: plain(10),
  fat: plain(-102),
  muscle: enhanced(55, 62),
  corticalBone: plain(620),
  marrow: plain(190),
  disc: plain(85),
  canal: plain(28),
  table: plain(-250),
  lung: plain(-810),
  lungVessel: plain(-250),
  heart: enhanced(190, 155),
  mediastinum: plain(-20),
  visceralFat: plain(-100),
  smallBowel: enhanced(80, 78),
  smallBowelContent: plain(32),
  colonWall: enhanced(55, 62),
  colonContent: plain(-60),
  colonGas: plain(-960),
  stomachWall: enhanced(75, 80),
  stomachContent: plain(22),
  stomachGas: plain(-970),
  spleen: part('spleen', 136, 125),
  liver: part('liver', 80, 112),
  hepaticVessel: part('liver', 92, 152),
  liverTumour: tumour('liver', 52, 64),
  gallbladder: plain(12),
  duodenum: enhanced(70, 74),
  perirenalFat: plain(-105),
  adrenal: enhanced(62, 70),
  pancreas: part('pancreas', 112, 104),
  pancreasTumour: tumour('pancreas', 55, 58),
  renalMedulla: part('kidney', 98, 158),
  renalCortex: part('kidney', 188, 182),
  renalSinus: plain(-70),
  renalVessel: enhanced(160, 160),
  kidneyTumour: tumour('kidney', 122, 96),
  venaCava: enhanced(95, 150),
  aorta: enhanced(310, 165),
  portalVein: enhanced(110, 175),
  mesentericArtery: enhanced(290, 160),
} as const satisfies Record<string, TissueFacts>;

export type Tissue = keyof typeof tissueFacts;

const names = Object.keys(tissueFacts) as Tissue[];
/** The number that stands for each tissue in a tissue map. */
export const tissueCode = Object.fromEntries(names.map((name, code) => [name, code])) as Readonly<
  Record<Tissue, number>
>;

const facts = (code: number): TissueFacts => tissueFacts[names[code]];

/** Mean HU by tissue code. */
export function huOfTissues(phase: Phase): Float32Array {
  return Float32Array.from(names, (_, code) => facts(code).hu[phase]);
}

/** Organ value (0–4) by tissue code. */
export function labelOfTissues(): Uint8Array {
  return Uint8Array.from(names, (_, code) => {
    const { organ } = facts(code);
    return organ === undefined ? 0 : organValue[organ];
  });
}

/** 1 for the tissue codes that are tumour. */
export function tumourOfTissues(): Uint8Array {
  return Uint8Array.from(names, (_, code) => (facts(code).tumour ? 1 : 0));
}
