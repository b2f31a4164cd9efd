import type { Organ } from '../domain/organ.js';
import type { EngineSettings } from '../domain/training-set.js';
import { machineLine } from './report.js';

export interface OrganRow {
  readonly set: string;
  readonly organ: Organ;
  /** Cases that the model has not seen. */
  readonly cases: number;
  readonly trainingSeconds: number;
  /** Mean use of the device in percent; undefined where nothing tells. */
  readonly use: number | undefined;
  readonly nnunet: number;
  readonly atlas: number;
}

export interface Speed {
  readonly perMinute: number;
  /** Mean use of the device in percent; undefined where nothing tells. */
  readonly use: number | undefined;
  /** Share of the time in which the engine had a case on the device, in percent, where it tells. */
  readonly computing?: number;
}

export interface GpuPage {
  readonly device: string;
  readonly rows: readonly OrganRow[];
  readonly speed: { readonly sidecar: Speed; readonly command: Speed };
  readonly settings: EngineSettings;
  readonly date: Date;
}

const percent = (use: number | undefined): string =>
  use === undefined ? 'not known' : `${use.toFixed(0)} %`;

/** What a run found, as a page of Markdown. */
export function gpuPage({ device, rows, speed, settings, date }: GpuPage): string {
  const chosen = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const { sidecar, command } = speed;
  return `# nnU-Net measured

${machineLine(date)} · device: ${device} · ${chosen.join(', ')}

Repeat it with \`npm run bench:gpu\` on a machine with a GPU. It trains a model for each organ on the cases whose source labels it,
and compares its masks in the other cases with the reference.

| set | organ | unseen cases | nnU-Net, mean DSC | atlas, mean DSC | training | use of the device |
| --- | --- | ---: | ---: | ---: | ---: | ---: |
${rows
  .map(
    (row) =>
      `| ${row.set} | ${row.organ} | ${row.cases} | ${row.nnunet.toFixed(3)} | ${row.atlas.toFixed(3)} | ${row.trainingSeconds.toFixed(0)} s | ${percent(row.use)} |`,
  )
  .join('\n')}

| prediction | cases in a minute | | use of the device | a case on the device |
| --- | ---: | ---: | ---: | ---: |
| process that stays | ${sidecar.perMinute.toFixed(1)} | **${(sidecar.perMinute / command.perMinute).toFixed(1)}×** | ${percent(sidecar.use)} | ${percent(sidecar.computing)} |
| one command for each case | ${command.perMinute.toFixed(1)} | 1× | ${percent(command.use)} | ${percent(command.computing)} |
`;
}
