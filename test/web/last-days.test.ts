import { expect, it } from 'vitest';
import { lastDays } from '../../web/page/parts/last-days.js';

it('shows the last days one by one, with those on which nothing happened, up to today', () => {
  const days = [
    { day: '2026-02-20', submitted: 9, certified: 9, verified: 9 },
    { day: '2026-02-27', submitted: 4, certified: 2, verified: 1 },
    { day: '2026-03-01', submitted: 1, certified: 3, verified: 2 },
  ];
  const shown = lastDays(days, Date.parse('2026-03-01T23:30:00Z'), 4);
  expect(shown.map(({ day }) => day)).toEqual(['2026-02-26', '2026-02-27', '2026-02-28', '2026-03-01']);
  expect(shown.map(({ verified }) => verified)).toEqual([0, 1, 0, 2]);
});
