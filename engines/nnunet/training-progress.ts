/** How far a training is, as its own words tell. */
export interface TrainingProgress {
  /** Epochs that are finished. */
  readonly finished: number;
  readonly trainLoss?: number;
  /** Exponential moving average of the pseudo Dice, the best so far. */
  readonly bestEmaDice?: number;
  /** Pseudo Dice of the last epoch, the mean over organs that have one. */
  readonly pseudoDice?: number;
  readonly epochSeconds?: number;
  /** The epoch whose checkpoint was last written, counted from 0 as nnU-Net does. */
  readonly savedEpoch?: number;
  readonly done?: true;
}

export const nothingTrained: TrainingProgress = { finished: 0 };

/** Each line begins with a date and a time. */
const stamp = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?:\s*/;

type Reader = (match: RegExpExecArray) => Partial<TrainingProgress>;
const readers: readonly (readonly [RegExp, Reader])[] = [
  // An epoch that begins says that those before it are over, whoever trained them.
  [/^Epoch (\d+)\s*$/, ([, epoch]) => ({ finished: Number(epoch) })],
  [/^train_loss (-?[\d.]+)/, ([, loss]) => ({ trainLoss: Number(loss) })],
  [/^Pseudo dice \[(.*)\]/, ([, list]) => meanOf(list!)],
  [/^Epoch time: ([\d.]+) s/, ([, seconds]) => ({ epochSeconds: Number(seconds) })],
  [/New best EMA pseudo Dice: ([\d.]+)/, ([, dice]) => ({ bestEmaDice: Number(dice) })],
  [
    /^Saved checkpoint_(?:latest|final)\.pth after epoch (\d+)/,
    ([, epoch]) => ({ savedEpoch: Number(epoch), finished: Number(epoch) + 1 }),
  ],
  [/^Training done\./, () => ({ done: true })],
];

/** The progress after one more line of nnU-Net's output; lines that say nothing of it change nothing. */
export function readTrainingLine(before: TrainingProgress, line: string): TrainingProgress {
  const text = line.replace(stamp, '').trimEnd();
  for (const [pattern, read] of readers) {
    const match = pattern.exec(text);
    if (match !== null) return { ...before, ...read(match) };
  }
  return before;
}

/** Values are written as `np.float32(0.81)`, or `nan` for an organ that no patch showed. */
function meanOf(list: string): Partial<TrainingProgress> {
  const values = list
    .split(',')
    .map((each) => Number.parseFloat(each.replace(/^\s*(?:np\.float\d+\()?/, '')))
    .filter(Number.isFinite);
  return values.length === 0
    ? {}
    : { pseudoDice: values.reduce((sum, each) => sum + each, 0) / values.length };
}

/** One line for people who watch: `epoch 12/1000, Dice 0.912, loss -0.71, 31 s each`. */
export function progressNote(
  { finished, pseudoDice, bestEmaDice, trainLoss, epochSeconds }: TrainingProgress,
  total: number,
): string {
  return [
    `epoch ${Math.min(finished, total)}/${total}`,
    ...(pseudoDice === undefined ? [] : [`pseudo Dice ${pseudoDice.toFixed(3)}`]),
    ...(bestEmaDice === undefined ? [] : [`best EMA ${bestEmaDice.toFixed(3)}`]),
    ...(trainLoss === undefined ? [] : [`loss ${trainLoss.toFixed(3)}`]),
    ...(epochSeconds === undefined ? [] : [`${epochSeconds.toFixed(0)} s an epoch`]),
  ].join(', ');
}
