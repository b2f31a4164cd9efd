import { expect, it } from 'vitest';
import { staysOpen } from '../../cli/start.js';

it('keeps the console open after the table at a terminal, unless the table is all that is wanted', () => {
  expect(staysOpen({}, true)).toBe(true);
  expect(staysOpen({ exit: true }, true)).toBe(false);
  expect(staysOpen({ json: true }, true)).toBe(false);
  expect(staysOpen({}, false)).toBe(false);
});
