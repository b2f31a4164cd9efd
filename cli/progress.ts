import cliProgress from 'cli-progress';
import type { CampaignProgress } from '../activities/campaign-status.js';

/** Looks soon for small campaigns, rarely for large ones, whose listing costs more. */
const lookEveryMs = { small: 1500, large: 10_000 };
const largeCampaign = 200;
/** Where there is no terminal, lines stay few. */
const lineEveryMs = 5000;

export interface Step {
  readonly name: string;
  readonly done: number;
  readonly total: number;
}

/**
 * Shows how far a campaign is: bars on a terminal, a line now and then elsewhere (on stderr, so that stdout stays
 * for results). Returns a function that ends it.
 */
export function showProgress(read: () => Promise<CampaignProgress>): () => Promise<void> {
  const show = stepDisplay();
  let running = true;
  const look = async (): Promise<void> => {
    while (running) {
      // A store that is away for a moment is no reason to stop watching.
      const now = await read().catch(() => undefined);
      if (now !== undefined) show.update(stepsOf(now));
      const listed = now?.listed ?? 0;
      await new Promise((resolve) =>
        setTimeout(resolve, listed > largeCampaign ? lookEveryMs.large : lookEveryMs.small),
      );
    }
  };
  const looking = look();
  return async () => {
    running = false;
    await looking;
    show.end();
  };
}

/** The stages of a campaign as counts of cases. */
export function stepsOf(now: CampaignProgress): Step[] {
  const going = now.going ?? now.listed;
  return [
    { name: 'ingested', done: now.ingested, total: now.listed },
    { name: 'pre-labelled', done: now.preLabelled, total: going },
    { name: 'refined', done: now.finished, total: going },
  ];
}

export interface Display {
  update(steps: readonly Step[]): void;
  end(): void;
}

/** Bars on a terminal, a line now and then elsewhere, both on stderr. */
export function stepDisplay(): Display {
  return process.stderr.isTTY ? bars() : lines();
}

function bars(): Display {
  const multi = new cliProgress.MultiBar(
    {
      format: '{name} {bar} {value}/{total}',
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: false,
    },
    cliProgress.Presets.shades_classic,
  );
  const known = new Map<string, cliProgress.SingleBar>();
  return {
    update: (steps) => {
      for (const { name, done, total } of steps) {
        const bar = known.get(name) ?? multi.create(total, 0, { name: name.padEnd(12) });
        known.set(name, bar);
        bar.setTotal(total);
        bar.update(done);
      }
    },
    end: () => multi.stop(),
  };
}

function lines(): Display {
  let [shown, latest, shownAt] = ['', '', 0];
  const show = (): void => {
    if (latest !== shown) process.stderr.write(`${latest}\n`);
    [shown, shownAt] = [latest, Date.now()];
  };
  return {
    update: (steps) => {
      latest = steps.map(({ name, done, total }) => `${name} ${done}/${total}`).join(', ');
      if (Date.now() - shownAt >= lineEveryMs) show();
    },
    end: show,
  };
}
