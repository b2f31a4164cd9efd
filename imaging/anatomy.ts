/** The axes of a patient, each from its negative to its positive end in RAS+. */
export const patientAxes = ['left-right', 'anterior-posterior', 'superior-inferior'] as const;
export type PatientAxis = (typeof patientAxes)[number];

/** What one piece of anatomy says about one axis. */
export interface Evidence {
  readonly axis: PatientAxis;
  /** What was looked at, in words. */
  readonly from: string;
  /** Positive where anatomy and header agree; from 1 on (or −1) it is sure. Mirroring the axis changes its sign. */
  readonly margin: number;
  /** Whether a sure margin may hold a case back, or should only be looked at. */
  readonly proof: boolean;
}

/** Whether the anatomy lies along an axis as the header says it does. */
export interface AxisVerdict {
  readonly axis: PatientAxis;
  readonly says: 'right' | 'mirrored' | 'not sure';
  /** Of the strongest evidence; 0 where there is none. */
  readonly margin: number;
  readonly evidence: readonly Evidence[];
}

/** One verdict for each axis. Sure evidence that contradicts other sure evidence makes it unsure. */
export function verdictsOf(evidence: readonly Evidence[]): AxisVerdict[] {
  return patientAxes.map((axis) => {
    const own = evidence.filter((each) => each.axis === axis);
    const sure = own.filter(({ margin }) => Math.abs(margin) >= 1);
    const margin = own.reduce(
      (most, each) => (Math.abs(each.margin) > Math.abs(most) ? each.margin : most),
      0,
    );
    const agreed = sure.length > 0 && sure.every((each) => each.margin > 0 === margin > 0);
    return { axis, says: !agreed ? 'not sure' : margin > 0 ? 'right' : 'mirrored', margin, evidence: own };
  });
}
