import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { exportModel, importModel, importsOf } from '../activities/model-archive.js';
import { figuresOf, listModels, type ModelFigures, taintOf } from '../activities/model-registry.js';
import { readModel } from '../activities/model-store.js';
import { caseName } from '../domain/case-name.js';
import { PlusctError } from '../domain/errors.js';
import { licenceUses } from '../domain/licence.js';
import type { Model } from '../domain/model.js';
import { engineNames } from '../engines/registry.js';
import { sha256 } from '../storage/hash.js';
import { modelMemoryMb } from '../storage/usages.js';
import { cut, printJson, printTable, say, styled } from './output.js';
import type { Session } from './session.js';

const longestName = 40;
const longestLicence = 24;

/** `plusct model list`: every model, with what it knows, learnt from and is bound by. */
export async function listAll(session: Session, options: { json?: boolean }): Promise<void> {
  const models = await listModels(session.store);
  if (options.json) return printJson(models.map((model) => ({ ...model, taint: taintOf(model) })));
  if (models.length === 0) return say('There is no model yet; `plusct build` trains some.');
  printTable(
    ['model', 'engine', 'cases', 'pseudo', 'licence', 'commercial'],
    models.map((model) => [
      cut(model.modelId, longestName),
      `${model.engine.name} ${model.engine.version}`,
      model.trainedOn.length,
      model.trainedOn.filter(({ pseudo }) => pseudo).length,
      cut(taintOf(model).licence, longestLicence),
      taintOf(model).obstacles.commercial.length === 0 ? 'yes' : 'no',
    ]),
  );
}

/** `plusct model show`: one model with its training snapshot, licences and figures. */
export async function showModel(
  session: Session,
  modelId: string,
  options: { json?: boolean; all?: boolean },
): Promise<void> {
  const { store } = session;
  const model = await readModel(store, modelId);
  const [figures, imports, memoryMb] = await Promise.all([
    figuresOf(store, modelId),
    importsOf(store, modelId),
    modelMemoryMb(store, modelId),
  ]);
  if (options.json) return printJson({ ...model, taint: taintOf(model), figures, imports, memoryMb });
  say(styled('bold', model.modelId));
  const settings = Object.entries(model.engine.settings).map(([name, value]) => `${name}=${value}`);
  say(`engine    ${model.engine.name} ${model.engine.version} ${settings.join(' ')}`);
  say(`organs    ${model.organs.join(', ')}`);
  say(`weights   ${model.weights.sha256} (${model.weights.bytes} bytes)`);
  if (model.startFrom !== undefined) say(`goes on   from ${model.startFrom}`);
  if (model.learnedFrom !== undefined)
    say(`learned   from labels or weights of ${model.learnedFrom.join(', ')}`);
  if (memoryMb !== undefined) say(`memory    ${memoryMb} MB seen in use`);
  for (const { by, at, archiveSha256 } of imports)
    say(`imported  by ${by}, ${at.slice(0, 10)}, from the archive ${archiveSha256}`);
  printTaint(model);
  printTraining(model, options.all === true);
  printFigures(figures);
}

function printTaint(model: Model): void {
  const { licence, obstacles } = taintOf(model);
  say(`licence   ${licence}`);
  for (const use of licenceUses) {
    for (const why of obstacles[use]) say(styled('yellow', `          not for ${use}: ${why}`));
  }
}

const shownAtMost = 10;

function printTraining({ trainedOn, seed }: Model, all: boolean): void {
  if (trainedOn.length === 0) {
    say('trained   elsewhere, on cases that are not on record here');
    return;
  }
  say(`\n${styled('bold', `Trained on ${trainedOn.length} cases`)} (seed ${seed})`);
  const shown = all ? trainedOn : trainedOn.slice(0, shownAtMost);
  printTable(
    ['case', 'campaign', 'labels', 'licence'],
    shown.map((each) => [
      caseName(each),
      cut(each.campaign, 20),
      each.labels.map(({ organ, version }) => `${organ} ${version}`).join(', '),
      cut(each.licence, longestLicence),
    ]),
  );
  if (shown.length < trainedOn.length) say(`… and ${trainedOn.length - shown.length} more, see --all`);
}

function printFigures(figures: readonly ModelFigures[]): void {
  if (figures.length === 0) {
    say('\nNo evaluation has judged its masks yet.');
    return;
  }
  say(`\n${styled('bold', 'Its own masks, before anybody corrected them')}`);
  printTable(
    ['evaluation', 'organ', 'n', 'undefined', 'DSC', 'NSD'],
    figures.flatMap(({ evaluation, scores }) =>
      scores.map(({ organ, n, undefinedCount, dscMean, nsdMean }) => [
        cut(evaluation, longestName),
        organ,
        n,
        undefinedCount,
        dscMean?.toFixed(3) ?? '–',
        nsdMean?.toFixed(3) ?? '–',
      ]),
    ),
  );
}

/** `plusct model export`: a model as one file, and the hash by which others can trust it. */
export async function exportToFile(
  session: Session,
  modelId: string,
  options: { out?: string; json?: boolean },
): Promise<void> {
  const archive = await exportModel(session.store, modelId);
  const path = options.out ?? `${modelId}.tar`;
  const known = existsSync(path) ? sha256(await readFile(path)) : undefined;
  const hash = sha256(archive);
  if (known !== undefined && known !== hash)
    throw new PlusctError('InvalidInput', `${path} is there already and is another file; give --out`);
  if (known === undefined) await writeFile(path, archive);
  if (options.json) return printJson({ modelId, path, sha256: hash, bytes: archive.length });
  say(`${path}  ${archive.length} bytes`);
  say(`SHA-256 ${hash}: tell it to whoever imports, by another way than the file takes.`);
}

/** `plusct model import`: takes a model in that somebody vouches for. */
export async function importFromFile(
  session: Session,
  path: string,
  options: { trust?: string; as: string; json?: boolean },
): Promise<void> {
  const archive = await readFile(path);
  const { model, import: record } = await importModel(session.store, archive, {
    trust: options.trust,
    by: options.as,
    now: new Date(),
  });
  if (options.json) return printJson({ model, import: record });
  say(`${model.modelId} is in the store, by ${record.by} since ${record.at.slice(0, 10)}.`);
  printTaint(model);
  if (!engineNames().includes(model.engine.name))
    say(styled('yellow', `This installation has no engine ${model.engine.name}: it cannot infer with it.`));
}
