import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inspect } from '../../cli/inspect.js';
import type { Inspection } from '../../sources/inspection.js';
import { treeOf } from '../sources/made-cases.js';
import { type TrapRow, trapTables } from '../sources/trap-tables.js';

const shared = resolve('../shared/data');
const { files } = trapTables();

let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** What the table says of a file, looked at as the table says. */
async function inspected({ name, how }: TrapRow): Promise<Inspection> {
  const path = join(shared, name);
  const at = how.includes('unpacked') ? treeOf(unzipSync(new Uint8Array(readFileSync(path)))) : path;
  await inspect(at, { json: true, ...(how.includes('as KiTS19') ? { collection: 'kits19' } : {}) });
  return JSON.parse(printed);
}

it('the table of traps lists every negative example', () => {
  for (const name of [
    'gantry-tilt',
    'dupe-positions.zip',
    'oblique.nii.gz',
    'scaled-slices/370',
    'scaled-slices/394',
  ])
    expect(
      files.some((row) => row.name.includes(name)),
      name,
    ).toBe(true);
});

describe.skipIf(!existsSync(shared))('files with traps (skipped where ../shared/data is not there)', () => {
  it.each(files)('$name $how: what is found is what the table says', async (row) => {
    const { findings, kind } = await inspected(row);
    expect([...new Set(findings.map(({ code }) => code))].sort()).toEqual([...row.codes].sort());
    const refused = findings.some(({ severity }) => severity === 'reject' || severity === 'quarantine');
    expect(refused).toBe(/^(held back|rejected)/.test(row.then));
    if (!refused) expect(kind).not.toBe('unreadable');
  });
});
