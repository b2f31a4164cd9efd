import { expect, it } from 'vitest';
import { decideChange } from '../../activities/standing-decision.js';
import { workVolumesInThreads } from '../../activities/volume-pool.js';
import { CaseResult } from '../../domain/campaign.js';
import { resultKey, standingChangeKey } from '../../domain/keys.js';
import type { Standing, StandingChange } from '../../domain/standing.js';
import { publishJson } from '../../storage/json.js';
import { memoryStore } from '../../storage/memory.js';
import { publishStanding } from '../../storage/standing.js';
import { storeMiniCase } from '../workflows/mini-case.js';

const work = workVolumesInThreads(1);

/** Editions 1 and 2 promote, 3 takes 2 back, 4 takes 1 back. */
const standings: Standing[] = [
  { edition: 1, organs: ['pancreas'] as const },
  { edition: 2, organs: ['kidney'] as const },
  { edition: 3, organs: ['kidney'] as const, takesBack: 2 },
  { edition: 4, organs: ['pancreas'] as const, takesBack: 1 },
].map((each) => ({
  ...{ models: {}, before: {}, by: 'lea', why: 'test', reopenBelowDsc: 0.8 },
  ...each,
  organs: [...each.organs],
}));

async function campaign(known = standings) {
  const store = memoryStore();
  const { at, labels } = await storeMiniCase(store, 'first');
  for (const each of known) await publishStanding(store, 'first', each);
  /** Editions differ by the author of a label: `a` is what the model before proposed. */
  const result = (authors: { pancreas: string; kidney: string }) => {
    const by = new Map<string, string>(Object.entries(authors));
    const own = labels.map((label) => ({ ...label, author: by.get(label.organ) ?? label.author }));
    const labelMap = { key: 'k', sha256: 'a'.repeat(64), bytes: 1 };
    const { collection, caseId } = at;
    return CaseResult.parse({ labelMap, labels: own, findings: [], collection, caseId, absent: [] });
  };
  const put = (revision: number, authors: { pancreas: string; kidney: string }, round = 1) =>
    publishJson(store, resultKey(at, round, revision), result(authors));
  const changed = (edition: number, change: StandingChange) =>
    publishJson(store, standingChangeKey(at, edition), change);
  const decide = (edition: number) => decideChange({ store, work }, at, standings[edition - 1]!, []);
  await put(0, { pancreas: 'a', kidney: 'a' });
  await put(1, { pancreas: 'b', kidney: 'a' });
  await put(2, { pancreas: 'b', kidney: 'b' });
  const none = { reopened: [], kept: [] };
  const [first, second, third] = [0, 1, 2].map((revision) => ({ round: 1, revision }));
  await changed(1, { ...none, replaced: ['pancreas'], was: first, became: second });
  await changed(2, { ...none, replaced: ['kidney'], was: second, became: third });
  return { put, changed, decide };
}

it('promotions that touched one case are taken back one after the other', async () => {
  const { put, changed, decide } = await campaign();
  const back = (await decide(3))!;
  expect(back).toMatchObject({ replaced: ['kidney'], became: { round: 1, revision: 3 } });
  await changed(3, back);
  await put(3, { pancreas: 'b', kidney: 'a' });
  expect(await decide(4)).toMatchObject({
    replaced: ['pancreas'],
    was: { round: 1, revision: 3 },
    became: { round: 1, revision: 4 },
  });
});

it('a case that somebody changed since stays as it is', async () => {
  const { put, decide } = await campaign();
  await put(0, { pancreas: 'b', kidney: 'b' }, 2);
  expect(await decide(3)).toMatchObject({ replaced: [], kept: [{ organ: 'kidney' }] });
});

it('a change that had to wait does nothing once a later one was carried out', async () => {
  const { decide } = await campaign(standings.slice(0, 2));
  expect(await decide(1)).toEqual({
    replaced: [],
    reopened: [],
    kept: [{ organ: 'pancreas', why: 'a later change came first' }],
  });
});

it('a promotion that was taken back does nothing to a case that it had not come to', async () => {
  const { decide } = await campaign();
  expect(await decide(1)).toEqual({
    replaced: [],
    reopened: [],
    kept: [{ organ: 'pancreas', why: 'it was taken back before it came to the case' }],
  });
});
