import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../domain/audit.js';
import { auditKey } from '../../domain/keys.js';
import { appendAudit, newestAudit, readAudit } from '../../storage/audit-log.js';
import { memoryStore } from '../../storage/memory.js';

const entity = 'task/lits/volume-0/1';
const entry = (sequence: number, action = 'claim'): AuditEntry => ({
  campaign: 'c',
  entity,
  sequence,
  at: '2026-01-01T00:00:00.000Z',
  actor: 'anna',
  role: 'junior',
  simulated: false,
  action,
  outcome: 'done',
  labelsBefore: {},
  labelsAfter: {},
});

async function logOf(...actions: string[]) {
  const store = memoryStore();
  for (const [sequence, action] of actions.entries()) await appendAudit(store, entry(sequence, action));
  return store;
}

describe('the audit log', () => {
  it('chains records and gives them back in order', async () => {
    const store = await logOf('open', 'claim', 'submit');
    const { records, breaks } = await readAudit(store, 'c', entity);
    expect(records.map((each) => each.action)).toEqual(['open', 'claim', 'submit']);
    expect(breaks).toEqual([]);
    expect((await newestAudit(store, 'c', entity))?.action).toBe('submit');
    expect(await newestAudit(store, 'c', 'task/lits/volume-1/1')).toBeUndefined();
  });

  it('takes the same entry twice as one record and refuses another in its place', async () => {
    const store = await logOf('open', 'claim');
    await appendAudit(store, entry(1, 'claim'));
    await expect(appendAudit(store, entry(1, 'submit'))).rejects.toMatchObject({ kind: 'ConflictingResult' });
    expect((await readAudit(store, 'c', entity)).records).toHaveLength(2);
  });

  it('refuses a record whose predecessor is missing', async () => {
    await expect(appendAudit(await logOf('open'), entry(2))).rejects.toThrow('audit record 1');
  });

  it('shows a record that was changed afterwards', async () => {
    const store = await logOf('open', 'claim', 'submit');
    const key = auditKey('c', entity, 1);
    const forged = new TextDecoder().decode(await store.get(key)).replace('anna', 'eve');
    await store.put(key, new TextEncoder().encode(forged));
    const { breaks } = await readAudit(store, 'c', entity);
    expect(breaks).toEqual([`${auditKey('c', entity, 2)} does not continue the record before it`]);
  });

  it('does not take the log of volume-1 for that of volume-10', async () => {
    const store = await logOf('open');
    await appendAudit(store, { ...entry(0, 'other'), entity: 'task/lits/volume-0/10' });
    expect((await newestAudit(store, 'c', entity))?.action).toBe('open');
  });
});
