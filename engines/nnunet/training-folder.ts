import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Archive, ArchiveFile } from './archive.js';
import { datasetName } from './dataset.js';
import type { NnunetSettings } from './settings.js';
import { planners } from './settings.js';
import type { Workshop } from './workshop.js';

const trainer = 'PlusctTrainer';

/** The folder of one training: raw cases, preprocessed ones, results. Files that are there are whole. */
export class TrainingFolder {
  private constructor(
    readonly path: string,
    private readonly onRelease: () => void,
  ) {}

  /**
   * The folder of the training of that name. While another process trains the same, the draft itself is the folder, and
   * ends with it.
   */
  static claim(workshop: Workshop, name: string, draft: string): TrainingFolder {
    const claimed = workshop.claim(name);
    if (claimed === undefined) return new TrainingFolder(draft, () => undefined);
    const { path, lock } = claimed;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return new TrainingFolder(path, () => lock.release());
  }

  release(): void {
    this.onRelease();
  }

  /** All cases are there as nnU-Net reads them. */
  get hasCases(): boolean {
    return existsSync(join(this.path, 'raw'));
  }

  /** Takes the cases that were written into the draft, all at once. */
  takeCases(draft: string): void {
    if (draft !== this.path) renameSync(join(draft, 'raw'), join(this.path, 'raw'));
  }

  get preprocessed(): string {
    return join(this.path, 'preprocessed', datasetName);
  }

  /** Cases are preprocessed, and the plans are those to train by. */
  get isPrepared(): boolean {
    return existsSync(join(this.path, 'prepared'));
  }

  beginPreparing(): void {
    rmSync(join(this.path, 'prepared'), { force: true });
    rmSync(join(this.path, 'preprocessed'), { recursive: true, force: true });
    mkdirSync(this.preprocessed, { recursive: true });
  }

  endPreparing(): void {
    writeFileSync(join(this.path, 'prepared'), '');
  }

  plansFile(settings: NnunetSettings): string {
    return join(this.preprocessed, `${planners[settings.planner].plans}.json`);
  }

  /** Whether cases were preprocessed by the plans of the archive. */
  hasPlans(settings: NnunetSettings, { files }: Archive): boolean {
    const own = JSON.parse(readFileSync(this.plansFile(settings), 'utf8'));
    const others = JSON.parse(new TextDecoder().decode(files['plans.json']));
    return isDeepStrictEqual(own, others);
  }

  /** Takes plans and fingerprint of an archive instead of planning anew: weights fit only the plans they were trained by. */
  adoptPlans(settings: NnunetSettings, files: Archive['files']): void {
    writeFileSync(this.plansFile(settings), files['plans.json']!);
    writeFileSync(join(this.preprocessed, 'dataset_fingerprint.json'), files['dataset_fingerprint.json']!);
    const contents = readFileSync(join(this.path, 'raw', datasetName, 'dataset.json'));
    writeFileSync(join(this.preprocessed, 'dataset.json'), contents);
  }

  private results(settings: NnunetSettings): string {
    const { plans } = planners[settings.planner];
    return join(this.path, 'results', datasetName, `${trainer}__${plans}__${settings.configuration}`);
  }

  private fold(settings: NnunetSettings): string {
    return join(this.results(settings), 'fold_all');
  }

  /** Epochs that the checkpoint on this disk has been through: what is certain, which may be one too few. */
  epochsSaved(settings: NnunetSettings): number {
    const note = join(this.fold(settings), 'checkpoint_latest.epochs');
    return existsSync(note) ? Number(readFileSync(note, 'utf8')) : 0;
  }

  noteEpochs(settings: NnunetSettings, epochs: number): void {
    const note = join(this.fold(settings), 'checkpoint_latest.epochs');
    writeFileSync(`${note}.partial`, String(epochs));
    renameSync(`${note}.partial`, note);
  }

  /** Lays down the checkpoint that training goes on from. */
  placeCheckpoint(settings: NnunetSettings, bytes: Uint8Array, epochs: number): void {
    const fold = this.fold(settings);
    mkdirSync(fold, { recursive: true });
    const latest = join(fold, 'checkpoint_latest.pth');
    writeFileSync(`${latest}.partial`, bytes);
    renameSync(`${latest}.partial`, latest);
    this.noteEpochs(settings, epochs);
  }

  isTrained(settings: NnunetSettings): boolean {
    return existsSync(join(this.fold(settings), 'checkpoint_model.pth'));
  }

  /** Plans and dataset as they were trained with, beside a checkpoint. */
  async files(
    settings: NnunetSettings,
    checkpoint: 'checkpoint_latest.pth' | 'checkpoint_model.pth',
  ): Promise<Record<ArchiveFile, Uint8Array>> {
    const results = this.results(settings);
    const [dataset, plans, fingerprint, weights] = await Promise.all([
      readFile(join(results, 'dataset.json')),
      readFile(join(results, 'plans.json')),
      readFile(join(results, 'dataset_fingerprint.json')),
      readFile(join(this.fold(settings), checkpoint)),
    ]);
    return {
      'dataset.json': dataset,
      'plans.json': plans,
      'dataset_fingerprint.json': fingerprint,
      'checkpoint.pth': weights,
    };
  }

  /** Removes all but the results once a model is there. */
  clear(): void {
    for (const name of ['raw', 'preprocessed', 'prepared', 'tmp'])
      rmSync(join(this.path, name), { recursive: true, force: true });
  }
}
