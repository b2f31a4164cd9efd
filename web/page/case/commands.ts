import { acknowledgeable } from '../../../domain/submission-judgement.js';
import { roundName } from '../../../domain/workflow-ids.js';
import type {
  CommandAnswer,
  CommandBody,
  KeptAnswer,
  TaskEntry,
  UploadBody,
} from '../../api/schemas/task-body.js';
import { writeLabelFile } from '../drawing/label-file.js';
import { ApiProblem, inCampaign, sendFile, sendJson } from '../state/api.js';
import type { Workspace } from './workspace.js';

/** A label map of the server as it came: its bytes before the voxels. */
export type FileHead = Uint8Array;

/** Asks something of a task; what it refuses is thrown. */
export function command({ task }: TaskEntry, body: CommandBody): Promise<CommandAnswer | KeptAnswer> {
  const { campaign, collection, caseId, round, kind } = task;
  const address = inCampaign(campaign, 'tasks', collection, caseId, roundName(round, kind), 'commands');
  return sendJson(address, body);
}

/** The time worked since the last command, as every command may carry it. */
export function effortOf(workspace: Workspace) {
  return { effort: workspace.clock.read() };
}

interface Handing {
  readonly entry: TaskEntry;
  readonly head: FileHead;
  readonly workspace: Workspace;
  readonly reason: string;
  /** Codes of findings that the sender has seen and stands by. */
  readonly acknowledged: readonly string[];
}

/** Sends the label map as it is drawn, on the grid and under the header that it came with, and hands the task in. */
export async function handIn(kind: 'submit' | 'refine', handing: Handing): Promise<void> {
  const { entry, head, workspace, reason, acknowledged } = handing;
  const upload = await uploadDrawing(entry, head, workspace);
  const effort = effortOf(workspace);
  if (kind === 'refine') await command(entry, { kind, upload, reason, ...effort });
  else
    await command(entry, {
      kind,
      upload,
      ...effort,
      ...(reason === '' ? {} : { reason }),
      ...(acknowledged.length === 0 ? {} : { acknowledged: [...acknowledged] }),
    });
  workspace.clock.reset();
}

/** Uploads the label map as it is drawn now; answers what commands name it by. */
export async function uploadDrawing(entry: TaskEntry, head: FileHead, workspace: Workspace) {
  const values = workspace.values;
  if (values === undefined) throw new Error('The labels are not here yet.');
  const url = inCampaign(entry.task.campaign, 'uploads');
  const { key, sha256, bytes } = await sendFile<UploadBody>(url, await writeLabelFile(head, values));
  return { key, sha256, bytes };
}

/** What was drawn and not handed in, as a draft for whoever goes on; nothing where nothing was drawn. */
export async function draftOf(entry: TaskEntry, head: FileHead | undefined, workspace: Workspace) {
  if (head === undefined || workspace.strokes.value === 0 || !workspace.mayDraw.value) return {};
  return { draft: await uploadDrawing(entry, head, workspace) };
}

/** Codes that the checks found and that the sender may stand by; empty when it was refused for something else. */
export function openFlags(error: unknown): readonly string[] {
  const findings = error instanceof ApiProblem ? (error.body.findings ?? []) : [];
  return findings.map(({ code }) => code).filter((code) => acknowledgeable.includes(code));
}
