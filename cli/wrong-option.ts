import { PlusctError } from '../domain/errors.js';

/** Thrown on an option or argument that cannot be understood: the command line is wrong, exit code 2. */
export class WrongOption extends PlusctError {
  constructor(message: string) {
    super('InvalidInput', message);
  }
}

/** A whole number as it was typed. Throws `WrongOption`, which names the option, the text and the bounds. */
export function wholeNumber(
  option: string,
  text: string,
  from: number,
  to: number = Number.MAX_SAFE_INTEGER,
): number {
  const value = Number(text);
  if (/^\d+$/.test(text.trim()) && value >= from && value <= to) return value;
  const bounds = to === Number.MAX_SAFE_INTEGER ? `from ${from} on` : `from ${from} to ${to}`;
  throw new WrongOption(`${option} is '${text}'; give a whole number ${bounds}`);
}

/** A share of 1 as it was typed. Throws `WrongOption`. */
export function shareOfOne(option: string, text: string): number {
  const value = decimal(text);
  if (value >= 0 && value <= 1) return value;
  throw new WrongOption(`${option} is '${text}'; give a share from 0 to 1`);
}

/** A number above 0 as it was typed. Throws `WrongOption`. */
export function positiveNumber(option: string, text: string): number {
  const value = decimal(text);
  if (value > 0) return value;
  throw new WrongOption(`${option} is '${text}'; give a number above 0`);
}

/** Digits, with or without a point; NaN for what else JavaScript takes as a number, as 0x10 or nothing at all. */
function decimal(text: string): number {
  return /^(\d+\.?\d*|\.\d+)$/.test(text.trim()) ? Number(text) : Number.NaN;
}
