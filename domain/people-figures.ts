import type { ReadPair } from './agreement.js';
import type { AuditRecord } from './audit.js';
import type { Person } from './person.js';
import type { Role } from './role.js';

/** What one person did in a campaign. Shares are of 1; what cannot be told is left out. */
export interface PersonFigures {
  readonly person: string;
  readonly role: Role | 'unknown';
  readonly simulated: boolean;
  /** Cases in which the person drew, reviewed or verified; each once. */
  readonly cases: number;
  readonly submissions: number;
  readonly reviews: number;
  readonly verifications: number;
  /** Second and blind reads that were handed in; they count as no case of the person's work. */
  readonly reads: number;
  /** Active hours, as the person's tools measured them; left out where nothing was ever measured. */
  readonly hours?: number;
  /** Submissions that somebody sent back. */
  readonly returned: number;
  readonly returnRate?: number;
  /** Mean DSC of double reads with others, and of how many organs. */
  readonly agreement?: { readonly dsc: number; readonly organs: number };
}

type Deed = Pick<
  AuditRecord,
  'entity' | 'actor' | 'role' | 'simulated' | 'action' | 'outcome' | 'effort' | 'task'
>;

/** Commands that end a stage for a case: what counts as work on it. */
const works = {
  submit: 'submissions',
  approve: 'reviews',
  return: 'reviews',
  verify: 'verifications',
  refine: 'verifications',
} as const;

/**
 * Figures of everybody who did something, and of everybody else on the roster, in the order of their ids. A return
 * counts against whoever drew what was sent back, once for each time.
 */
export function peopleFigures(
  records: readonly Deed[],
  roster: readonly Person[],
  pairs: readonly ReadPair[],
): PersonFigures[] {
  const done = records.filter((each) => each.outcome === 'done' && each.role !== 'system');
  const ids = [...new Set([...roster.map((each) => each.id), ...done.map((each) => each.actor)])].sort();
  return ids.map((id) => {
    const person = roster.find((each) => each.id === id);
    const own = done.filter((each) => each.actor === id);
    const returned = done.filter((each) => each.action === 'return' && each.task?.assignee === id).length;
    const counts = countsOf(own);
    return {
      person: id,
      role: person?.role ?? 'unknown',
      simulated: person?.simulated ?? own.some((each) => each.simulated),
      ...counts,
      ...hoursOf(own),
      returned,
      ...(counts.submissions === 0 ? {} : { returnRate: returned / counts.submissions }),
      ...agreementOf(id, pairs),
    };
  });
}

function countsOf(own: readonly Deed[]): Omit<PersonFigures, 'person' | 'role' | 'simulated' | 'returned'> {
  const counts = { submissions: 0, reviews: 0, verifications: 0, reads: 0 };
  const cases = new Set<string>();
  for (const { action, entity, task } of own) {
    if (!(action in works) || task === undefined) continue;
    if (task.kind !== undefined && task.kind !== 'refine') {
      counts.reads += 1;
      continue;
    }
    counts[works[action as keyof typeof works]] += 1;
    cases.add(entity.slice(0, entity.lastIndexOf('/')));
  }
  return { cases: cases.size, ...counts };
}

function hoursOf(own: readonly Deed[]): Pick<PersonFigures, 'hours'> {
  const measured = own.flatMap(({ effort }) => effort?.activeSeconds ?? []);
  return measured.length === 0 ? {} : { hours: measured.reduce((sum, each) => sum + each, 0) / 3600 };
}

function agreementOf(id: string, pairs: readonly ReadPair[]): Pick<PersonFigures, 'agreement'> {
  const own = pairs
    .filter(({ readers }) => readers.includes(id))
    .flatMap(({ dsc }) => (typeof dsc === 'number' ? [dsc] : []));
  if (own.length === 0) return {};
  return { agreement: { dsc: own.reduce((sum, each) => sum + each, 0) / own.length, organs: own.length } };
}
