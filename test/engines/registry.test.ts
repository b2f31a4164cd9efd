import { describe, expect, it } from 'vitest';
import { engineByName, engineNames } from '../../engines/registry.js';

describe('the engine registry', () => {
  it('makes every engine it lists, under its own name', () => {
    expect(engineNames()).toContain('atlas');
    for (const name of engineNames()) expect(engineByName(name).describe().name).toBe(name);
  });

  it('refuses an unknown name and lists those there are', () => {
    expect(() => engineByName('oracle')).toThrow('there is no engine "oracle": choose one of atlas');
  });
});
