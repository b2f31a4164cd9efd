import { seededRandom } from '../imaging/random.js';

/** Chances that follow from a seed and a number alone. */
export class Dice {
  private readonly random: () => number;

  constructor(seed: string) {
    this.random = seededRandom(seed);
  }

  /** A whole number from 0 to `below` − 1. */
  below(below: number): number {
    return Math.floor(this.random() * below);
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => this.below(256));
  }
}

/** Some bytes changed: set, flipped in one bit, or the extremes that lengths and counts break at. */
export function damaged(dice: Dice, bytes: Uint8Array, from = 0, to = bytes.length): Uint8Array {
  const copy = new Uint8Array(bytes);
  for (let hits = 1 + dice.below(6); hits > 0; hits -= 1) {
    const at = from + dice.below(Math.max(1, to - from));
    const old = copy[at];
    copy[at] = dice.of([dice.below(256), old ^ (1 << dice.below(8)), 0, 255, 127, 128]);
  }
  return copy;
}

export function truncated(dice: Dice, bytes: Uint8Array): Uint8Array {
  return bytes.slice(0, dice.below(bytes.length + 1));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
