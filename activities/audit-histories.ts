import { z } from 'zod';
import { AuditRecord } from '../domain/audit.js';
import { firstDifference } from '../domain/first-difference.js';
import { LabelSummary } from '../domain/label-version.js';
import { OrganName } from '../domain/primitives.js';

const Payloads = z.object({ payloads: z.array(z.object({ data: z.string().optional() })).optional() });
const Event = z.object({
  eventId: z.union([z.string(), z.number()]),
  activityTaskScheduledEventAttributes: z
    .object({ activityType: z.object({ name: z.string() }), input: Payloads.optional() })
    .optional(),
  activityTaskCompletedEventAttributes: z
    .object({ scheduledEventId: z.union([z.string(), z.number()]) })
    .optional(),
  workflowExecutionCompletedEventAttributes: z.object({ result: Payloads.nullish() }).optional(),
});
const History = z.object({ events: z.array(Event) });

/** What a finished task gives back to its case. */
export const TaskOutcome = z.object({ labels: z.array(LabelSummary), absent: z.array(OrganName) });
export type TaskOutcome = z.infer<typeof TaskOutcome>;

/** What the exported history of a workflow says of the records that it wrote. */
export interface HistoryTestimony {
  /** The records that were written, as they were handed over; their chain was closed at the writing. */
  readonly records: readonly AuditRecord[];
  /** The result of a task that has ended. */
  readonly outcome?: TaskOutcome;
}

const open = '0'.repeat(64);

/** Reads an exported history; throws when it is none. */
export function readTestimony(text: string): HistoryTestimony {
  const { events } = History.parse(JSON.parse(text));
  const completed = new Set(
    events.flatMap((each) => each.activityTaskCompletedEventAttributes?.scheduledEventId ?? []).map(String),
  );
  const records = events.flatMap((event) => {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled?.activityType.name !== 'recordAudit' || !completed.has(String(event.eventId))) return [];
    const entry = decoded(scheduled.input);
    return typeof entry === 'object' ? [AuditRecord.parse({ ...entry, previousSha256: open })] : [];
  });
  const result = events.map((each) => each.workflowExecutionCompletedEventAttributes?.result).find(Boolean);
  const outcome = TaskOutcome.safeParse(decoded(result));
  return { records, ...(outcome.success ? { outcome: outcome.data } : {}) };
}

function decoded(payloads: z.infer<typeof Payloads> | null | undefined): unknown {
  const data = payloads?.payloads?.[0]?.data;
  return data === undefined ? undefined : JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
}

/** The field in which a record differs from what its workflow handed over; undefined when there is none. */
export function testimonyDifference(record: AuditRecord, handed: AuditRecord): string | undefined {
  // Chain and run are entered at the writing.
  const { previousSha256: _, workflowId: __, runId: ___, ...own } = record;
  const { previousSha256: ____, workflowId: _____, runId: ______, ...told } = handed;
  return firstDifference(told, own);
}
