import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Comment } from '../../../domain/task.js';
import type { Point } from '../drawing/painting.js';
import type { CaseViewer, PlanePoint } from '../viewer/case-viewer.js';
import { css, organColours } from '../viewer/colours.js';
import type { Workspace } from './workspace.js';

interface ScreenProps {
  readonly workspace: Workspace;
  readonly comments: readonly Comment[];
  /** Opens the viewer on the canvas; answers how to close it. */
  open(canvas: HTMLCanvasElement): Promise<CaseViewer>;
}

/** The canvas, and above it the brush's ring, the outline that is being drawn and the pins of comments. */
export function Screen({ workspace, comments, open }: ScreenProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const viewer = useRef<CaseViewer | undefined>(undefined);
  useEffect(() => {
    let closed = false;
    void open(canvas.current!).then((opened) => {
      if (closed) opened.close();
      else viewer.current = opened;
    });
    return () => {
      closed = true;
      viewer.current?.close();
    };
  }, []);
  const pointer = usePointer(workspace, viewer);
  return (
    // The canvas is drawn on with the pointer alone; everything else of the case has keys.
    // biome-ignore lint/a11y/noStaticElementInteractions: it hands events on to the canvas within
    <div
      class={`screen ${workspace.draws.value ? 'draws' : ''}`}
      onMouseDownCapture={pointer.down}
      onMouseMoveCapture={pointer.move}
      onMouseUpCapture={pointer.up}
      onMouseLeave={pointer.leave}
    >
      <canvas ref={canvas} aria-label="CT in three planes with organ labels" />
      <Ring workspace={workspace} viewer={viewer.current} at={pointer.at.value} />
      {pointer.outline.value.length > 1 && (
        <svg class="outline" aria-hidden="true">
          <polyline
            points={pointer.outline.value.map(({ left, top }) => `${left},${top}`).join(' ')}
            fill="rgb(255 255 255 / 12%)"
            stroke="#fff"
            stroke-width="1.5"
          />
        </svg>
      )}
      <Pins workspace={workspace} viewer={viewer.current} comments={comments} />
    </div>
  );
}

interface Spot {
  readonly left: number;
  readonly top: number;
}

/** Drawing with the pointer: events over the axial plane go to the workspace instead of the viewer. */
function usePointer(workspace: Workspace, viewer: { readonly current: CaseViewer | undefined }) {
  const at = useSignal<Spot | undefined>(undefined);
  const outline = useSignal<readonly Spot[]>([]);
  const stroke = useRef<{ z: number; last: Point; points: Point[] } | undefined>(undefined);
  const spotOf = (event: MouseEvent): Spot => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return { left: event.clientX - box.left, top: event.clientY - box.top };
  };
  const pick = (event: MouseEvent): PlanePoint | undefined =>
    workspace.draws.value ? viewer.current?.pick(event) : undefined;
  const end = (event: MouseEvent) => {
    const drawn = stroke.current;
    if (drawn === undefined) return;
    event.stopPropagation();
    stroke.current = undefined;
    outline.value = [];
    if (workspace.tool.value === 'fill') workspace.fill(drawn.points, drawn.z);
    else workspace.endStroke(drawn.z);
  };
  return {
    at,
    outline,
    down(event: MouseEvent) {
      workspace.touch();
      const point = event.button === 0 ? pick(event) : undefined;
      if (point === undefined) return;
      event.stopPropagation();
      event.preventDefault();
      const start: Point = [point.x, point.y];
      stroke.current = { z: point.z, last: start, points: [start] };
      if (workspace.tool.value === 'fill') outline.value = [spotOf(event)];
      else workspace.stroke(start, start, point.z);
    },
    move(event: MouseEvent) {
      const point = pick(event);
      at.value = point === undefined ? undefined : spotOf(event);
      const drawn = stroke.current;
      if (drawn === undefined) return;
      event.stopPropagation();
      workspace.touch();
      if (point === undefined || point.z !== drawn.z) return;
      const to: Point = [point.x, point.y];
      if (workspace.tool.value === 'fill') outline.value = [...outline.value, spotOf(event)];
      else workspace.stroke(drawn.last, to, drawn.z);
      drawn.points.push(to);
      drawn.last = to;
    },
    up: end,
    leave(event: MouseEvent) {
      at.value = undefined;
      end(event);
    },
  };
}

interface RingProps {
  readonly workspace: Workspace;
  readonly viewer: CaseViewer | undefined;
  readonly at: Spot | undefined;
}

/** Shows what the brush covers. */
function Ring({ workspace, viewer, at }: RingProps) {
  if (at === undefined || viewer === undefined || !workspace.draws.value) return null;
  const voxels = workspace.tool.value === 'fill' ? 1 : workspace.size.value;
  const side = Math.max(5, voxels * viewer.pixelsPerVoxel());
  const colour = workspace.organ.value === undefined ? '#fff' : css(organColours[workspace.organ.value]);
  return (
    <div
      class="brush"
      aria-hidden="true"
      style={{
        left: `${at.left}px`,
        top: `${at.top}px`,
        width: `${side}px`,
        height: `${side}px`,
        borderColor: colour,
      }}
    />
  );
}

interface PinsProps {
  readonly workspace: Workspace;
  readonly viewer: CaseViewer | undefined;
  readonly comments: readonly Comment[];
}

/** Comments of this slice, where they were pinned. */
function Pins({ workspace, viewer, comments }: PinsProps) {
  // Pins move with the cross-hair's slice and with the layout.
  void workspace.location.value;
  void workspace.layout.value;
  if (viewer === undefined) return null;
  return (
    <>
      {comments.map((comment, at) => {
        const spot = comment.voxel && comment.resolved !== true ? viewer.pinOf(comment.voxel) : undefined;
        return (
          spot !== undefined && (
            <button
              key={comment.id}
              type="button"
              class="pin"
              title={`${comment.author}: ${comment.text}`}
              style={{ left: `${spot.left}px`, top: `${spot.top}px` }}
              onClick={() => workspace.jump(comment.voxel!)}
            >
              <span>{at + 1}</span>
            </button>
          )
        );
      })}
    </>
  );
}
