import { fileIndex, isInside, type VoxelGrid } from './grid.js';

/** What one stroke changed, so that it can be taken back: file indices and the values before. */
interface Step {
  readonly z: number;
  readonly indices: Uint32Array;
  readonly before: Uint8Array;
}

/** Which organ is drawn, and what a stroke must leave alone. */
export interface Pen {
  /** Value of the organ in the label map: 1 liver, 2 kidney, 3 spleen, 4 pancreas. */
  readonly organ: number;
  readonly erases: boolean;
  /** Values that nobody may change: organs that were labelled at the source. */
  readonly locked: ReadonlySet<number>;
  /** Whether voxels of other organs are taken over; else only background becomes the organ. */
  readonly paintsOver: boolean;
}

/** A position in an axial slice, in the viewer's voxels; whole numbers are centres. */
export type Point = readonly [x: number, y: number];

const mostSteps = 200;

/**
 * Corrections to a label map, kept in the order of the file: what no stroke touches is the same byte as before, whatever
 * orientation the viewer shows. Strokes are within one axial slice of the viewer.
 */
export class Painting {
  /** The label map as it is now, file order. */
  readonly values: Uint8Array;
  private readonly done: Step[] = [];
  private readonly undone: Step[] = [];
  private open: Map<number, number> | undefined;

  constructor(
    readonly original: Uint8Array,
    readonly grid: VoxelGrid,
  ) {
    this.values = original.slice();
  }

  /** Strokes that can be taken back. */
  get strokes(): number {
    return this.done.length;
  }

  get canRedo(): boolean {
    return this.undone.length > 0;
  }

  /** Draws a line of discs of `diameter` voxels from one point to another; the stroke stays open until `endStroke`. */
  stroke(from: Point, to: Point, z: number, diameter: number, pen: Pen): void {
    const radius = diameter / 2;
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    const pieces = Math.max(1, Math.ceil(length / Math.max(0.5, radius / 2)));
    for (let piece = 0; piece <= pieces; piece++) {
      const share = piece / pieces;
      this.disc([from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share], z, radius, pen);
    }
  }

  /** Fills a closed outline: every voxel whose centre is inside it (even-odd rule), and those that the line goes through. */
  fill(outline: readonly Point[], z: number, pen: Pen): void {
    if (outline.length < 3) return;
    const rows = outline.map(([, y]) => y);
    const top = Math.max(0, Math.floor(Math.min(...rows)));
    const bottom = Math.min(this.grid.rasSize[1] - 1, Math.ceil(Math.max(...rows)));
    for (let y = top; y <= bottom; y++) {
      const crossings = crossingsAt(outline, y);
      for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
        const end = Math.floor(crossings[pair + 1]!);
        for (let x = Math.ceil(crossings[pair]!); x <= end; x++) this.set(x, y, z, pen);
      }
    }
    outline.forEach((point, at) => {
      this.stroke(point, outline[(at + 1) % outline.length]!, z, 1, pen);
    });
  }

  /** Makes what was drawn since the last call one step of undo. True if it changed anything. */
  endStroke(z: number): boolean {
    const changed = this.open;
    this.open = undefined;
    if (changed === undefined || changed.size === 0) return false;
    this.done.push({
      z,
      indices: Uint32Array.from(changed.keys()),
      before: Uint8Array.from(changed.values()),
    });
    if (this.done.length > mostSteps) this.done.shift();
    this.undone.length = 0;
    return true;
  }

  /** Takes the last stroke back; returns its slice, or undefined when there is none. */
  undo(): number | undefined {
    return this.swap(this.done, this.undone);
  }

  redo(): number | undefined {
    return this.swap(this.undone, this.done);
  }

  /** Voxels that differ from the original, by the organ that they were or are now. */
  changedVoxels(): Map<number, number> {
    const counts = new Map<number, number>();
    const count = (organ: number) => organ !== 0 && counts.set(organ, (counts.get(organ) ?? 0) + 1);
    for (let index = 0; index < this.values.length; index++) {
      const [before, now] = [this.original[index]!, this.values[index]!];
      if (before === now) continue;
      count(before);
      count(now);
    }
    return counts;
  }

  private swap(from: Step[], to: Step[]): number | undefined {
    const step = from.pop();
    if (step === undefined) return undefined;
    const before = step.indices.map((index) => this.values[index]!);
    step.indices.forEach((index, at) => {
      this.values[index] = step.before[at]!;
    });
    to.push({ ...step, before: Uint8Array.from(before) });
    return step.z;
  }

  private disc([cx, cy]: Point, z: number, radius: number, pen: Pen): void {
    const reach = Math.max(radius, 0.5);
    for (let y = Math.ceil(cy - reach); y <= cy + reach; y++) {
      for (let x = Math.ceil(cx - reach); x <= cx + reach; x++) {
        if ((x - cx) ** 2 + (y - cy) ** 2 <= reach ** 2) this.set(x, y, z, pen);
      }
    }
  }

  private set(x: number, y: number, z: number, pen: Pen): void {
    if (!isInside(this.grid, x, y, z)) return;
    const index = fileIndex(this.grid, x, y, z);
    const before = this.values[index]!;
    const after = penValue(before, pen);
    if (after === before) return;
    this.open ??= new Map();
    if (!this.open.has(index)) this.open.set(index, before);
    this.values[index] = after;
  }
}

/** What a voxel of value `before` becomes under the pen. */
function penValue(before: number, pen: Pen): number {
  if (pen.locked.has(before) || pen.locked.has(pen.organ)) return before;
  if (pen.erases) return before === pen.organ ? 0 : before;
  return before === 0 || pen.paintsOver ? pen.organ : before;
}

/** Where the row `y` meets the outline, left to right. */
function crossingsAt(outline: readonly Point[], y: number): number[] {
  const found: number[] = [];
  outline.forEach(([x1, y1], at) => {
    const [x2, y2] = outline[(at + 1) % outline.length]!;
    if (y1 <= y !== y2 <= y) found.push(x1 + ((y - y1) / (y2 - y1)) * (x2 - x1));
  });
  return found.sort((a, b) => a - b);
}
