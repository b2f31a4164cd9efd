import type { EffortBody } from '../../api/schemas/figures.js';

const dayMs = 24 * 3_600_000;

/** Cases that went on, on one day. */
export type Day = EffortBody['days'][number];

/** The last `count` days one by one, those on which nothing happened too; the day of `nowMs`, in UTC, is the last one. */
export function lastDays(days: readonly Day[], nowMs: number, count: number): Day[] {
  return Array.from({ length: count }, (_, at) => {
    const day = new Date(nowMs - (count - 1 - at) * dayMs).toISOString().slice(0, 'yyyy-mm-dd'.length);
    return days.find((each) => each.day === day) ?? { day, submitted: 0, certified: 0, verified: 0 };
  });
}
