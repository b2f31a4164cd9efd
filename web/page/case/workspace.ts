import { computed, signal } from '@preact/signals';
import { type Organ, organs, organValue } from '../../../domain/organ.js';
import { type Comparison, shownValue } from '../drawing/difference.js';
import type { Triple, VoxelGrid } from '../drawing/grid.js';
import { Painting, type Pen, type Point } from '../drawing/painting.js';
import { ActiveClock } from '../state/active-time.js';
import type { CaseViewer, Layout, Location } from '../viewer/case-viewer.js';
import { ctWindows } from '../viewer/windows.js';

export type Tool = 'look' | 'brush' | 'eraser' | 'fill';
const sizes = [1, 2, 3, 5, 7, 9, 13, 17, 23, 31, 41] as const;

/** The case that is open: what is shown and how, and what has been drawn. Components read its signals and call its methods. */
export class Workspace {
  readonly tool = signal<Tool>('look');
  readonly organ = signal<Organ | undefined>(undefined);
  /** Diameter of brush and eraser in voxels. */
  readonly size = signal<number>(7);
  readonly paintsOver = signal(false);
  readonly hidden = signal<ReadonlySet<Organ>>(new Set());
  readonly locked = signal<ReadonlySet<Organ>>(new Set());
  readonly opacity = signal(0.45);
  readonly window = signal(ctWindows[0]!);
  readonly layout = signal<Layout>('three');
  readonly location = signal<Location | undefined>(undefined);
  readonly comparison = signal<Comparison | undefined>(undefined);
  /** Strokes since the labels came; drawing that was kept from an earlier visit, or left with the task, counts as one. */
  readonly strokes = signal(0);
  readonly grid = signal<VoxelGrid | undefined>(undefined);
  readonly mayDraw = signal(false);
  readonly clock = new ActiveClock();
  readonly draws = computed(() => this.mayDraw.value && this.tool.value !== 'look');

  private painting: Painting | undefined;
  private viewer: CaseViewer | undefined;
  private kept = 0;

  /** Takes the canvas over once it is open. */
  attach(viewer: CaseViewer): void {
    this.viewer = viewer;
  }

  /** Begins with a label map, in the order of its file. */
  begin(grid: VoxelGrid, values: Uint8Array): void {
    if (values.length !== grid.size[0] * grid.size[1] * grid.size[2]) {
      throw new Error('The label map has another size than the image.');
    }
    this.grid.value = grid;
    this.painting = new Painting(values, grid);
    this.comparison.value = undefined;
    this.kept = 0;
    this.count();
    this.cover();
  }

  /** The label map as it is drawn now, and as it came. */
  get values(): Uint8Array | undefined {
    return this.painting?.values;
  }

  get original(): Uint8Array | undefined {
    return this.painting?.original;
  }

  get canUndo(): boolean {
    return this.strokes.value > this.kept;
  }

  get canRedo(): boolean {
    return this.strokes.value >= 0 && (this.painting?.canRedo ?? false);
  }

  /** Draws from one point of an axial slice to another; nothing where no organ is chosen. */
  stroke(from: Point, to: Point, z: number): void {
    const pen = this.pen();
    if (pen === undefined || this.painting === undefined) return;
    this.painting.stroke(from, to, z, this.size.value, pen);
    this.viewer?.refresh(z);
  }

  fill(outline: readonly Point[], z: number): void {
    const pen = this.pen();
    if (pen === undefined || this.painting === undefined) return;
    this.painting.fill(outline, z, pen);
    this.endStroke(z);
  }

  endStroke(z: number): void {
    this.painting?.endStroke(z);
    this.count();
    this.viewer?.refresh(z);
  }

  undo(): void {
    this.after(this.painting?.undo());
  }

  redo(): void {
    this.after(this.painting?.redo());
  }

  /** Takes drawn values over, as they were kept in this browser or left with the task. */
  takeOver(values: Uint8Array): void {
    if (this.painting === undefined || values.length !== this.painting.values.length) return;
    this.painting.values.set(values);
    this.kept = 1;
    this.count();
    this.cover();
  }

  /** Chooses an organ to draw, if it may be drawn. */
  choose(organ: Organ): void {
    if (!this.locked.value.has(organ)) this.organ.value = organ;
  }

  use(tool: Tool): void {
    if (!this.mayDraw.value) return;
    this.tool.value = tool;
    this.organ.value ??= organs.find((organ) => !this.locked.value.has(organ));
    if (tool !== 'look') this.compare(undefined);
  }

  resize(by: 1 | -1): void {
    const at = sizes.findIndex((size) => size >= this.size.value);
    this.size.value = sizes[Math.min(sizes.length - 1, Math.max(0, at + by))]!;
  }

  toggle(organ: Organ): void {
    const hidden = new Set(this.hidden.value);
    if (!hidden.delete(organ)) hidden.add(organ);
    this.hidden.value = hidden;
    this.cover();
  }

  /** Shows all organs, or none. */
  toggleAll(): void {
    this.hidden.value = new Set(this.hidden.value.size === 0 ? organs : []);
    this.cover();
  }

  /** Shows what was added and removed between two label maps; without one, the labels as they are. */
  compare(comparison: Comparison | undefined): void {
    if (comparison === this.comparison.value) return;
    this.comparison.value = comparison;
    this.cover();
  }

  setOpacity(value: number): void {
    this.opacity.value = value;
    this.viewer?.opacity(value);
  }

  nextWindow(): void {
    const at = ctWindows.indexOf(this.window.value);
    this.setWindow((at + 1) % ctWindows.length);
  }

  setWindow(at: number): void {
    this.window.value = ctWindows[at]!;
    this.viewer?.window(this.window.value);
  }

  arrange(layout: Layout): void {
    this.layout.value = layout;
    this.viewer?.arrange(layout);
  }

  move(x: number, y: number, z: number): void {
    this.viewer?.move(x, y, z);
  }

  jump(voxel: Triple): void {
    this.viewer?.jump(voxel);
  }

  /** A sign of work on the case; while drawing, on its organ. */
  touch(): void {
    this.clock.touch(Date.now(), this.draws.value ? this.organ.value : undefined);
  }

  private after(z: number | undefined): void {
    if (z === undefined) return;
    this.count();
    this.viewer?.refresh(z);
  }

  private count(): void {
    this.strokes.value = this.kept + (this.painting?.strokes ?? 0);
  }

  private pen(): Pen | undefined {
    const organ = this.organ.value;
    if (organ === undefined || !this.mayDraw.value) return undefined;
    return {
      organ: organValue[organ],
      erases: this.tool.value === 'eraser',
      locked: new Set([...this.locked.value].map((each) => organValue[each])),
      paintsOver: this.paintsOver.value,
    };
  }

  private cover(): void {
    const hidden = new Set([...this.hidden.value].map((organ) => organValue[organ]));
    const shown = this.comparison.value;
    const now = shown?.to ?? this.painting?.values;
    if (now === undefined) return;
    const before = shown?.from ?? now;
    this.viewer?.cover((index) => shownValue(before[index]!, now[index]!, hidden));
    this.viewer?.opacity(this.opacity.value);
  }
}
