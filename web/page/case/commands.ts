import { caseName } from '../../../domain/case-name.js';
import type { ObjectRef } from '../../../domain/primitives.js';
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

/** As `command`, with the time that was worked since the last one: once it counts, the clock begins anew. */
export async function workOn(entry: TaskEntry, workspace: Workspace, body: CommandBody): Promise<void> {
  await command(entry, { ...body, effort: workspace.clock.read() });
  workspace.clock.reset();
}

interface Handing {
  readonly entry: TaskEntry;
  readonly workspace: Workspace;
  readonly reason: string;
  /** What is handed in: the labels as they are drawn here, or a file of a desktop tool. */
  readonly upload: () => Promise<ObjectRef>;
  /** Codes of findings that the sender has seen and stands by. */
  readonly acknowledged: readonly string[];
}

/** Sends the label map and hands the task in. */
export async function handIn(kind: 'submit' | 'refine', handing: Handing): Promise<void> {
  const { entry, workspace, reason, acknowledged } = handing;
  const upload = await handing.upload();
  if (kind === 'refine') return workOn(entry, workspace, { kind, upload, reason });
  return workOn(entry, workspace, {
    kind,
    upload,
    ...(reason === '' ? {} : { reason }),
    ...(acknowledged.length === 0 ? {} : { acknowledged: [...acknowledged] }),
  });
}

/** Uploads the label map as it is drawn now, on the grid and under the header that it came with. */
export async function uploadDrawing(
  entry: TaskEntry,
  head: FileHead,
  workspace: Workspace,
): Promise<ObjectRef> {
  const values = workspace.values;
  if (values === undefined) throw new Error('The labels are not here yet.');
  return upload(entry, await writeLabelFile(head, values));
}

/** Uploads a label map that a desktop tool saved; it has to lie on the grid of the case. */
export async function uploadFile(entry: TaskEntry, file: Blob): Promise<ObjectRef> {
  return upload(entry, new Uint8Array(await file.arrayBuffer()));
}

/** Answers what commands name the file by. */
async function upload({ task }: TaskEntry, file: Uint8Array<ArrayBuffer>): Promise<ObjectRef> {
  const url = `${inCampaign(task.campaign, 'uploads')}?case=${encodeURIComponent(caseName(task))}`;
  const { key, sha256, bytes } = await sendFile<UploadBody>(url, file);
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
