import { useEffect, useRef, useState } from 'preact/hooks';
import type { TaskEntry } from '../../api/schemas/task-body.js';
import { getFile } from '../state/api.js';
import { forgetDraft, keepDraft, keptDraft } from '../state/drafts.js';
import type { CaseViewer } from '../viewer/case-viewer.js';
import { type CaseAt, caseAddress, labelsKey, loadDraft, loadLabelMap } from './case-data.js';
import type { Workspace } from './workspace.js';

/** The scan and the labels of a case on their way to the canvas. */
export interface Volumes {
  /** How much of the scan is here, from 0 to 1. */
  readonly share: number;
  readonly ready: boolean;
  readonly problem: unknown;
  /** Why a draft that was left with the task is not shown. */
  readonly draftProblem: unknown;
  /** Bytes of the label map before its voxels. */
  readonly head: Uint8Array | undefined;
  /** Takes the canvas, and answers the viewer once it is open. */
  open(canvas: HTMLCanvasElement): Promise<CaseViewer>;
  /** Drops what was kept of unsent drawing: it was sent. */
  forget(): void;
}

const keepAfterMs = 1500;

/** Fetches the scan once, and the labels whenever the task has other ones. */
export function useVolumes(
  at: CaseAt,
  entry: TaskEntry | undefined,
  known: boolean,
  workspace: Workspace,
): Volumes {
  const [share, setShare] = useState(0);
  const [scanReady, setScanReady] = useState(false);
  const [head, setHead] = useState<Uint8Array>();
  const [problem, setProblem] = useState<unknown>();
  const [draftProblem, setDraftProblem] = useState<unknown>();
  const labels = labelsKey(entry);
  const draftKey = [at.campaign, at.collection, at.caseId, labels].join('/');
  const { begin, forget } = useKeptDrawing(draftKey, workspace);
  const open = async (canvas: HTMLCanvasElement) => {
    const { CaseViewer } = await import('../viewer/case-viewer.js');
    const viewer = new CaseViewer(canvas);
    try {
      await viewer.open((location) => {
        workspace.location.value = location;
      });
      workspace.attach(viewer);
      const bytes = await getFile(caseAddress(at, 'image'), { onShare: setShare });
      setShare(1);
      workspace.grid.value = await viewer.show(`${at.caseId}.nii.gz`, bytes, workspace.window.value);
      setScanReady(true);
    } catch (error) {
      setProblem(error);
    }
    return viewer;
  };
  useEffect(() => {
    const grid = workspace.grid.peek();
    if (!scanReady || !known || grid === undefined) return;
    loadLabelMap(at)
      .then(async (file) => {
        setDraftProblem(undefined);
        const left = () => loadDraft(at, entry).catch(setDraftProblem);
        const begun = (await keptDraft(draftKey)) ?? (await left());
        workspace.begin(grid, file.values);
        if (begun) workspace.takeOver(begun);
        begin();
        setHead(file.head);
      })
      .catch(setProblem);
  }, [scanReady, known, labels]);
  return { share, ready: scanReady && head !== undefined, problem, draftProblem, head, open, forget };
}

/** Keeps what is drawn in this browser, a moment after each stroke, from `begin` until `forget`: then it was sent. */
function useKeptDrawing(draftKey: string, workspace: Workspace): { begin(): void; forget(): void } {
  const keeps = useRef(false);
  const strokes = workspace.strokes.value;
  useEffect(() => {
    if (!keeps.current) return undefined;
    const keep = () =>
      void (strokes === 0 || workspace.values === undefined
        ? forgetDraft(draftKey)
        : keepDraft(draftKey, workspace.values));
    const timer = setTimeout(keep, keepAfterMs);
    return () => clearTimeout(timer);
  }, [strokes]);
  return {
    begin() {
      keeps.current = true;
    },
    forget() {
      keeps.current = false;
      void forgetDraft(draftKey);
    },
  };
}
