import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Statements that are still there when types are gone: `import type` is erased, `import { type A }` is not. */
const runTimeImport = /^(?:import|export)\s(?!type\s)(?:[^;'"]*?\sfrom\s)?['"]([^'"]+)['"]/gm;

/** Every file that is loaded with `entry`, and every package or built-in module that they name. */
function loadedWith(entry: string): { files: Set<string>; modules: Set<string> } {
  const files = new Set([resolve(entry)]);
  const modules = new Set<string>();
  for (const file of files) {
    for (const [, name] of readFileSync(file, 'utf8').matchAll(runTimeImport)) {
      if (name.startsWith('.')) files.add(resolve(dirname(file), name.replace(/\.js$/, '.ts')));
      else modules.add(name);
    }
  }
  return { files, modules };
}

describe('what workflows load of the domain', () => {
  const safe = [
    ...['task-reducer', 'task-command-check', 'task-record', 'task-summary', 'work-queue', 'person-check'],
    ...['keys', 'queues', 'organ', 'workflow-ids'],
  ];

  it.each(safe)('%s names no package at run time, the schema library least of all', (name) => {
    expect([...loadedWith(`domain/${name}.ts`).modules]).toEqual([]);
  });

  it.each(safe)('%s gives the same on every replay: no clock, no chance', (name) => {
    for (const file of loadedWith(`domain/${name}.ts`).files) {
      const unsure = /\bDate\.now|\bDate\(\)|Math\.random|\bcrypto\b|\bprocess\.|setTimeout|\bfetch\(/;
      expect(readFileSync(file, 'utf8')).not.toMatch(unsure);
    }
  });

  it('would notice: the schemas themselves are caught', () => {
    expect([...loadedWith('domain/task.ts').modules]).toEqual(['zod']);
    expect([...loadedWith('domain/audit.ts').files].map((file) => file.split('/').at(-1))).toContain(
      'organ.ts',
    );
  });
});
