import { describe, expect, it } from 'vitest';
import { type CaseAddress, resultKey } from '../../domain/keys.js';
import { publishJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import { readResult, requireResult } from '../../storage/results.js';

const at: CaseAddress = { campaign: 'first', collection: 'lits', caseId: 'volume-1' };
const result = (absent: string[]) => ({
  collection: 'lits',
  caseId: 'volume-1',
  labelMap: { key: 'k', sha256: 'a'.repeat(64), bytes: 1 },
  labels: [],
  findings: [],
  absent,
});

describe('the result of a case', () => {
  it('is the one of the newest round that finished it', async () => {
    const store = memoryStore();
    expect(await readResult(store, at)).toBeUndefined();
    await expect(requireResult(store, at)).rejects.toThrow('lits/volume-1 of first is not finished');
    await publishJson(store, resultKey({ ...at, caseId: 'volume-10' }, 12), result(['liver']));
    for (const edition of [1, 2, 10]) {
      await publishJson(store, resultKey(at, edition), result(['spleen', 'kidney'].slice(0, edition)));
    }
    await publishJson(store, resultKey(at, 11), result(['pancreas']));
    expect((await requireResult(store, at)).absent).toEqual(['pancreas']);
  });
});
