import { type EngineSettings, settingsText } from '../domain/training-set.js';
import { nnunetSettings } from '../engines/nnunet/settings.js';
import type { Speed, Use } from './gpu-speed.js';
import type { OrganRow, TrainingTime } from './gpu-training.js';
import { machineLine } from './report.js';

export interface GpuPage {
  readonly device: string;
  readonly settings: EngineSettings;
  readonly date: Date;
  /** Versions and commit of what was measured. */
  readonly state: string;
  readonly rows: readonly (OrganRow & Partial<TrainingTime>)[];
  readonly speed?: Speed | undefined;
  readonly uses: readonly Use[];
}

const percent = (use: number | undefined): string =>
  use === undefined ? 'not known' : `${use.toFixed(0)} %`;
const seconds = (took: number | undefined): string => (took === undefined ? '–' : `${took.toFixed(0)} s`);

/** What a run has found so far, as a page of Markdown; parts that are still to be done are left out. */
export function gpuPage({ device, settings, date, state, rows, speed, uses }: GpuPage): string {
  return `# nnU-Net measured

${machineLine(date)} · device: ${device} · ${state} · ${settingsText(settings)}

Repeat it with \`npm run bench:gpu\` on a machine with a GPU, or with \`npm run bench:gpu -- --cpu\`. It trains a model for each organ on the cases whose
source labels it, and compares its masks in the other cases with the reference. Cut off, it goes on with what is missing. \`--setting NAME=VALUE\`
sets nnU-Net otherwise, \`--set phantoms|mini\` and \`--only organs|speed|use\` do a part, \`--tiny\` shows within minutes that it runs.

${stepsLine(settings)}
${[rowsTable(rows), speed === undefined ? '' : speedTable(speed), uses.length === 0 ? '' : useTable(uses)].join('')}`;
}

/** How far these trainings are from what nnU-Net does by itself. */
function stepsLine(given: EngineSettings): string {
  const { epochs, iterationsPerEpoch } = nnunetSettings(given);
  const usual = nnunetSettings({});
  const [own, all] = [epochs * iterationsPerEpoch, usual.epochs * usual.iterationsPerEpoch];
  const few =
    own * 10 < all ? ': what follows tells of that much training, and not of what nnU-Net can do' : '';
  return `Each model was trained for ${own.toLocaleString('en')} steps; nnU-Net's usual training has ${all.toLocaleString('en')}${few}.`;
}

function rowsTable(rows: GpuPage['rows']): string {
  const lines = rows.map(
    ({ set, organ, cases, nnunet, atlas, preparingSeconds, epochsSeconds, use }) =>
      `| ${set} | ${organ} | ${cases} | ${nnunet.toFixed(3)} | ${atlas.toFixed(3)} | ${seconds(preparingSeconds)} | ${seconds(epochsSeconds)} | ${percent(use)} |`,
  );
  return `
## Organs

| set | organ | unseen cases | nnU-Net, mean DSC | atlas, mean DSC | preparing | epochs | use of the device in epochs |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
${lines.join('\n')}
`;
}

function speedTable({ sidecar, command, scans }: Speed): string {
  return `
## Cases in a minute

Small scans (${scans}), one model.

| prediction | in a minute | |
| --- | ---: | ---: |
| process that stays | ${sidecar.toFixed(1)} | **${(sidecar / command).toFixed(1)}×** |
| one command for each case | ${command.toFixed(1)} | 1× |
`;
}

function useTable(uses: readonly Use[]): string {
  const lines = uses.map(
    ({ models, scans, perMinute, use, computing }) =>
      `| ${models} | ${scans} | ${perMinute.toFixed(1)} | ${percent(use)} | ${percent(computing)} |`,
  );
  return `
## Use of the device while there is a queue

Through the device of a worker, as campaigns are inferred, from the first scan to the moment in which the last one was begun.

| models in turn | scans | masks in a minute | use of the device | a model computes |
| ---: | --- | ---: | ---: | ---: |
${lines.join('\n')}
`;
}
