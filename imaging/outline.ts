import type { Mask } from './volume.js';

/** A closed line along the edges of pixels; the corner (x, y) is the upper left of pixel (x, y). */
export type Loop = readonly (readonly [number, number])[];

/**
 * The outlines of a mask of `width` × `height` pixels (`mask[x + width·y]`), exactly along the pixels' edges: outer
 * borders clockwise as seen on the screen, holes the other way. Only corners where the line turns are given.
 * Pixels that touch at a corner are outlined apart.
 */
export function outlines(mask: Mask, width: number, height: number): Loop[] {
  const inside = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && mask[x + width * y] !== 0;
  const edges = new Edges(width + 1);
  for (let y = 0; y <= height; y += 1) {
    for (let x = 0; x <= width; x += 1) {
      if (inside(x, y) !== inside(x, y - 1)) edges.add(x, y, inside(x, y) ? 0 : 2);
      if (inside(x, y) !== inside(x - 1, y)) edges.add(x, y, inside(x, y) ? 3 : 1);
    }
  }
  return edges.loops();
}

/** Directions on the screen: right, down, left, up. */
const steps = [
  [1, 0],
  [0, 1],
  [-1, 0],
  [0, -1],
] as const;
type Direction = 0 | 1 | 2 | 3;

/** Edges by the corner that they start from; the mask is on their right hand. */
class Edges {
  private readonly from = new Map<number, Direction[]>();

  constructor(private readonly corners: number) {}

  /** The edge above or to the left of pixel (x, y), directed so that the mask is on the right. */
  add(x: number, y: number, direction: Direction): void {
    const [startX, startY] = direction === 2 ? [x + 1, y] : direction === 3 ? [x, y + 1] : [x, y];
    const at = startX + this.corners * startY;
    this.from.set(at, [...(this.from.get(at) ?? []), direction]);
  }

  loops(): Loop[] {
    const found: Loop[] = [];
    for (const [start, directions] of this.from) {
      while (directions.length > 0) found.push(this.follow(start, directions.shift()!));
    }
    return found;
  }

  private follow(start: number, first: Direction): Loop {
    const loop: [number, number][] = [];
    let at = start;
    let direction: Direction | undefined = first;
    while (direction !== undefined) {
      const [dx, dy] = steps[direction];
      at += dx + this.corners * dy;
      const next: Direction | undefined = this.next(at, direction, at === start ? first : undefined);
      if ((next ?? first) !== direction) loop.push([at % this.corners, Math.floor(at / this.corners)]);
      direction = next;
    }
    return loop;
  }

  /**
   * The way on; undefined where the loop closes with `first`. Where two ways go on it is the one to the right: that
   * keeps pixels apart which only touch at a corner.
   */
  private next(at: number, before: Direction, first: Direction | undefined): Direction | undefined {
    const ways = this.from.get(at)!;
    const right = ((before + 1) % 4) as Direction;
    if (first !== undefined && (ways.length === 0 || first === right)) return undefined;
    const chosen = ways.includes(right) ? ways.indexOf(right) : 0;
    return ways.splice(chosen, 1)[0]!;
  }
}
