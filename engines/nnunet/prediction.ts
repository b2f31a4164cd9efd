import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PlusctError } from '../../domain/errors.js';
import { type Organ, organValue } from '../../domain/organ.js';
import { readLabelMap } from '../../imaging/nifti.js';
import { gzipStable } from '../../imaging/nifti-write.js';
import { type CtVolume, type LabelMap, labelBytes } from '../../imaging/volume.js';
import { beating } from '../beating.js';
import type { LoadedModel, RunContext } from '../engine.js';
import { runGroup } from '../process-group.js';
import { type Archive, fileOf } from './archive.js';
import { modelLabels, niftiOf } from './dataset.js';
import { foundDevice } from './device.js';
import { failureOf } from './failures.js';
import { Sidecar } from './sidecar.js';
import type { PrivateFolder, Workshop } from './workshop.js';

/** Largest difference between the affines of an image and its labels; headers hold 32-bit floats. */
const affineTolerance = 1e-2;

/** How a model is asked: a process that stays, or nnU-Net's own command once for each case. */
export type Asking = 'sidecar' | 'command';

/**
 * Lays a model out in a private folder and gives what predicts with it. Archives hold pickles, which run code when they
 * are loaded: give it only what was trained here or is trusted.
 */
export function loadedModel(
  workshop: Workshop,
  archive: Archive,
  asking: Asking,
  casesAtOnce: number,
): LoadedModel {
  const folder = workshop.privateFolder('model');
  const model = join(folder.path, 'model');
  layOut(model, archive);
  const { organs, testTimeAugmentation: mirror, device } = archive.facts;
  const sidecar = new Sidecar({
    ...{ workshop, model, folder: folder.path, mirror, device },
    threads: Math.max(2, Math.ceil(casesAtOnce / 2)),
  });
  const asked: Asked = { workshop, folder, model, organs, mirror, device };
  let cases = 0;
  let disposed = false;
  return {
    organs,
    predict: async (image, context) => {
      if (disposed)
        throw new PlusctError('EngineCrashed', 'the model was disposed of: load it again before predicting');
      cases += 1;
      const at = join(folder.path, `case-${cases}`);
      try {
        const file =
          asking === 'sidecar'
            ? await askSidecar(sidecar, at, image, context)
            : await askCommand(asked, at, image, context);
        return checkedLabels(
          readLabelMap(await readFile(file), 'the labels that nnU-Net wrote'),
          image,
          organs,
        );
      } finally {
        rmSync(at, { recursive: true, force: true });
      }
    },
    dispose: async () => {
      disposed = true;
      await sidecar.close();
      folder.dispose();
    },
  };
}

interface Asked {
  readonly workshop: Workshop;
  readonly folder: PrivateFolder;
  readonly model: string;
  readonly organs: readonly Organ[];
  readonly mirror: boolean;
  readonly device: 'auto' | 'cuda' | 'cpu';
}

/** The folder that nnU-Net knows as a trained model. */
export function layOut(model: string, archive: Archive): void {
  mkdirSync(join(model, 'fold_all'), { recursive: true });
  for (const name of ['dataset.json', 'plans.json'] as const)
    writeFileSync(join(model, name), fileOf(archive, name));
  writeFileSync(join(model, 'fold_all', 'checkpoint_final.pth'), fileOf(archive, 'checkpoint.pth'));
}

async function askSidecar(
  sidecar: Sidecar,
  at: string,
  image: CtVolume,
  context: RunContext,
): Promise<string> {
  mkdirSync(at);
  const [input, output] = [join(at, 'image.nii'), join(at, 'labels')];
  await writeFile(input, niftiOf(image, image.hu));
  const { degraded, deviceSeconds } = await beating(context, waiting(), () =>
    sidecar.predict(input, output, context.signal),
  );
  context.onDevice?.(deviceSeconds);
  if (degraded !== undefined) context.progress(1, `predicted with too little memory: ${degraded}`);
  return `${output}.nii`;
}

/** nnU-Net's command, which loads everything anew for each case. */
async function askCommand(
  { workshop, folder, model, mirror, device }: Asked,
  at: string,
  image: CtVolume,
  context: RunContext,
): Promise<string> {
  const [input, output] = [join(at, 'in'), join(at, 'out')];
  for (const each of [input, output]) mkdirSync(each, { recursive: true });
  await writeFile(join(input, 'case_0000.nii.gz'), gzipStable(niftiOf(image, image.hu)));
  const chosen = device === 'auto' ? await foundDevice(workshop, folder.path, context.signal) : device;
  const args = [
    '-i',
    input,
    '-o',
    output,
    '-m',
    model,
    '-f',
    'all',
    '-npp',
    '1',
    '-nps',
    '1',
    '-device',
    chosen,
  ];
  if (!mirror) args.push('--disable_tta');
  const name = 'nnUNetv2_predict_from_modelfolder';
  const spec = workshop.program(name, [...args, '--disable_progress_bar'], folder.path);
  const ending = await beating(context, waiting(), () => runGroup(spec, context.signal));
  if (ending.code !== 0) throw failureOf(name, ending);
  return join(output, 'case.nii.gz');
}

/**
 * What nnU-Net wrote as organ values: on the image's grid, and no label that the model does not have.
 * @throws PlusctError EngineCrashed naming what does not fit
 */
export function checkedLabels(map: LabelMap, image: CtVolume, organs: readonly Organ[]): Uint8Array {
  const [wanted, got] = [image.geometry, map.geometry];
  if (got.shape.join() !== wanted.shape.join())
    throw unfit(`have ${got.shape.join('×')} voxels for an image of ${wanted.shape.join('×')}`);
  const away = Math.max(
    ...wanted.affine.flatMap((row, r) => row.map((value, c) => Math.abs(value - got.affine[r]![c]!))),
  );
  if (away > affineTolerance) throw unfit(`lie ${away.toFixed(3)} mm off their image`);
  const table = new Uint8Array(256);
  for (const [organ, label] of modelLabels(organs)) table[label] = organValue[organ];
  const values = labelBytes(map);
  const labels = new Uint8Array(values.length);
  for (let n = 0; n < values.length; n++) {
    const value = values[n]!;
    if (value === 0) continue;
    if (table[value] === 0) throw unfit(`hold the value ${value}, which the model does not have`);
    labels[n] = table[value]!;
  }
  return labels;
}

function unfit(what: string): PlusctError {
  return new PlusctError('EngineCrashed', `the labels that nnU-Net wrote ${what}: they are not taken; retry`);
}

/** What to report of a prediction, which does not tell how far it is. */
function waiting(): () => readonly [number, string] {
  const startedMs = Date.now();
  return () => [0.5, `predicting for ${((Date.now() - startedMs) / 1000).toFixed(0)} s`];
}
