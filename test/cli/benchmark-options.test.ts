import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ownRecipes } from '../../cli/benchmark-options.js';
import { recipes } from '../../domain/recipes.js';

it('a recipe that names a row which the published tables do not have is refused with those that there are', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plusct-recipe-'));
  try {
    const file = join(folder, 'mine.json');
    const write = (published: string) => {
      const [{ tests, ...rest }] = recipes;
      const own = { ...rest, id: 'mine', tests: tests.map((test) => ({ ...test, published })) };
      writeFileSync(file, JSON.stringify(own));
    };
    write('table-2/nope');
    await expect(ownRecipes([file])).rejects.toThrow(
      /recipe mine, test \S+: published 'table-2\/nope' is no row .* table-2\/liver-on-lits-ts/,
    );
    write('table-2/liver-on-lits-ts');
    expect(await ownRecipes([file])).toHaveLength(1);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
