import type { Person } from '../../domain/person.js';
import { type BoardEntry, nextTasks } from '../../domain/work-queue.js';
import { ExpectedErrors } from '../../storage/expected-errors.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { Boards } from './board-index.js';
import { kept } from './kept.js';

/** Expected errors do not change once they are written; new ones may be seen a little late. */
const [freshMs, staleMs] = [30_000, 600_000];
/** Leases run out without a record of it at once: an order is worked out anew after this time. */
const orderMs = 2000;
const mostOrders = 500;

/** What waits for people, in the order in which it is most useful. */
export class Waiting {
  private readonly ordered = new Map<
    string,
    { readonly version: number; readonly at: number; readonly entries: readonly BoardEntry[] }
  >();
  private readonly errors: (campaign: string) => Promise<ReadonlyMap<string, number>>;

  constructor(
    store: ObjectStore,
    private readonly boards: Boards,
  ) {
    const readers = new Map<string, ExpectedErrors>();
    this.errors = kept(
      freshMs,
      (campaign) => {
        const reader = readers.get(campaign) ?? new ExpectedErrors(store, campaign);
        readers.set(campaign, reader);
        return reader.worst();
      },
      staleMs,
    );
  }

  /** What waits for a person, the most useful first; for a lead, what was escalated. */
  async of(campaign: string, person: Person): Promise<readonly BoardEntry[]> {
    const index = this.boards.of(campaign);
    const [board, expectedErrors] = await Promise.all([index.all(), this.errors(campaign)]);
    const key = `${campaign} ${JSON.stringify(person)}`;
    const known = this.ordered.get(key);
    if (known?.version === index.version && Date.now() - known.at < orderMs) return known.entries;
    const entries = inOrder(board, person, expectedErrors);
    if (this.ordered.size > mostOrders) this.ordered.clear();
    this.ordered.set(key, { version: index.version, at: Date.now(), entries });
    return entries;
  }
}

function inOrder(
  board: readonly BoardEntry[],
  person: Person,
  expectedErrors: ReadonlyMap<string, number>,
): readonly BoardEntry[] {
  if (person.role === 'lead') return board.filter(({ task }) => task.phase === 'escalated');
  return nextTasks(board, person, new Date().toISOString(), { expectedErrors });
}
