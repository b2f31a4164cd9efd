import type { MetricContract, OrganFigures } from '../domain/metric.js';
import type { PairFault } from '../imaging/score-pair.js';
import { arrived } from './crossing.js';
import type { Picture, PictureWork } from './picture-work.js';

export interface FileScoreWork {
  readonly truth: string;
  readonly predictions: readonly { readonly model: string; readonly path: string }[];
  readonly contract: MetricContract;
}

/** One entry for each prediction, in their order. */
export type FileScores = ({ model: string } & ({ figures: OrganFigures[] } | { faults: PairFault[] }))[];

/** Scoring of files in threads, without any server. Each thread holds one case: its truth and one prediction. */
export interface ScorePool {
  scoreFiles(input: FileScoreWork): Promise<FileScores>;
  picture(input: PictureWork): Promise<Picture | undefined>;
  close(): Promise<void>;
}

/** With one thread the work is done here: a single case is over before a thread has started. */
export async function scoreInThreads(threads: number): Promise<ScorePool> {
  if (threads === 1) {
    const own = await import('./score-thread.js');
    return {
      scoreFiles: async (input) => arrived(own.scoreFiles(input)),
      picture: async (input) => arrived(own.picture(input)),
      close: async () => {},
    };
  }
  const { threadPool } = await import('./thread-pool.js');
  const pool = threadPool(import.meta.url, './score-thread.js', threads);
  return {
    scoreFiles: (input) => pool.run('scoreFiles', input),
    picture: (input) => pool.run('picture', input),
    close: () => pool.close(),
  };
}
