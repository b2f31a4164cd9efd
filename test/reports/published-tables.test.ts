import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { organs } from '../../domain/organ.js';
import { publishedTables } from '../../reports/published-tables.js';

const source = resolve('../shared/spec/published-tables.json');

describe('published tables', () => {
  it('have an id each, known organs and percentages', () => {
    expect(new Set(publishedTables.map(({ id }) => id)).size).toBe(publishedTables.length);
    for (const row of publishedTables) {
      for (const [organ, figures] of Object.entries(row.organs)) {
        expect(organs).toContain(organ);
        for (const value of [...figures!.dsc, ...(figures!.nsd ?? [])])
          expect(value === null || (value > 0 && value <= 100)).toBe(true);
      }
    }
  });

  it('know the row that a reader would check first', () => {
    const row = publishedTables.find(({ id }) => id === 'table-3/lits-on-kits')!;
    expect(row.organs.pancreas).toEqual({ dsc: [84.7, 8.63], nsd: [70.4, 10.7] });
  });
});

describe.skipIf(!existsSync(source))('published tables beside ../shared/spec/published-tables.json', () => {
  it('hold the same figures, in the same order', () => {
    const tables = JSON.parse(readFileSync(source, 'utf8')) as Record<string, unknown>;
    const figures: unknown[] = [];
    const collect = (value: unknown): void => {
      if (value === null || typeof value !== 'object') return;
      if ('mean' in value && 'sd' in value) figures.push([value.mean, value.sd]);
      else for (const inner of Object.values(value)) collect(inner);
    };
    for (const [name, table] of Object.entries(tables)) if (!name.endsWith('_mean')) collect(table);
    const ours = publishedTables.flatMap((row) =>
      Object.values(row.organs).flatMap((each) => [each!.dsc, ...(each!.nsd === null ? [] : [each!.nsd])]),
    );
    expect(ours).toEqual(figures);
  });
});
