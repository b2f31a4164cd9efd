import { z } from 'zod';
import { PlusctError } from '../domain/errors.js';
import { type Organ, organs, organValue } from '../domain/organ.js';

/** What values of a foreign label map stand for: `1=liver,2+3=kidney`. */
export interface LabelValues {
  /** In the house's order. */
  readonly organs: readonly Organ[];
  readonly organOf: ReadonlyMap<number, Organ>;
}

const largestValue = 65_535;

/** Throws `InvalidInput` on text that is no such list, or names a value or an organ twice. */
export function parseLabelValues(text: string): LabelValues {
  const organOf = new Map<number, Organ>();
  const named = new Set<Organ>();
  for (const part of text.split(',')) {
    const [, values, name] = /^\s*(\d+(?:\+\d+)*)\s*=\s*(\w+)\s*$/.exec(part) ?? [];
    const organ = organs.find((each) => each === name);
    if (values === undefined || organ === undefined || named.has(organ)) throw unreadable(text, part);
    named.add(organ);
    for (const value of values.split('+').map(Number)) {
      if (value < 1 || value > largestValue || organOf.has(value)) throw unreadable(text, part);
      organOf.set(value, organ);
    }
  }
  return { organs: organs.filter((organ) => named.has(organ)), organOf };
}

function unreadable(text: string, part: string): PlusctError {
  return new PlusctError(
    'InvalidInput',
    `labels "${text}": "${part}" is not value=organ with another value and organ than the others; organs are ${organs.join(', ')}, as in 1=liver,2+3=kidney`,
  );
}

/** Throws `InvalidInput` naming an organ that is asked for and not in the list. */
export function requireOrgans({ organs: known }: LabelValues, asked: readonly Organ[]): void {
  const unknown = asked.find((organ) => !known.includes(organ));
  if (unknown === undefined) return;
  throw new PlusctError('InvalidInput', `the setting labels names no ${unknown}: it has ${known.join(', ')}`);
}

/** Settings of engines whose label maps have values of their own. */
export const labelSettings = {
  labels: z.string().superRefine((text, context) => {
    try {
      parseLabelValues(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    }
  }),
  /** What becomes of values that `labels` does not name. */
  otherLabels: z.enum(['refuse', 'background']).default('refuse'),
  /** The model's, by SPDX identifier. */
  licence: z.string().min(1).exactOptional(),
  /** Device memory that it needs. */
  memoryMb: z.number().positive().exactOptional(),
};

/**
 * A label map with the house's values. `values` are in the image's index order. Throws `SchemaViolation` on a value that
 * stands for nothing, unless such are background.
 */
export function toOrganValues(
  values: ArrayLike<number | bigint>,
  { organOf }: LabelValues,
  others: 'refuse' | 'background',
  where: string,
): Uint8Array {
  const table = new Uint8Array(largestValue + 1).fill(255);
  table[0] = 0;
  for (const [value, organ] of organOf) table[value] = organValue[organ];
  const result = new Uint8Array(values.length);
  for (let n = 0; n < values.length; n++) {
    const value = Number(values[n]);
    const mapped = table[value] ?? 255;
    if (mapped !== 255) result[n] = mapped;
    else if (others === 'refuse') throw strange(where, value, organOf);
  }
  return result;
}

function strange(where: string, value: number, organOf: LabelValues['organOf']): PlusctError {
  const known = [...organOf].map(([each, organ]) => `${each} ${organ}`).join(', ');
  return new PlusctError(
    'SchemaViolation',
    `${where} holds the value ${value}, which stands for nothing (0 background, ${known}): name it in labels, or set otherLabels=background`,
  );
}
