import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a run has found so far, on disk: a run that is cut off goes on with what is missing. */
export class GpuProgress {
  private constructor(readonly folder: string) {}

  /** The folder of a run: the same device and settings, the same run. */
  static open(root: string, identity: object): GpuProgress {
    const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 12);
    const folder = join(root, '.plusct', 'bench', 'gpu', hash);
    mkdirSync(folder, { recursive: true });
    return new GpuProgress(folder);
  }

  /** What was found under that name before, else what `find` finds now. */
  async once<Found>(name: string, find: () => Promise<Found>): Promise<Found> {
    const known = this.known<Found>(name);
    if (known !== undefined) return known;
    const found = await find();
    this.write(`${name}.json`, JSON.stringify(found));
    return found;
  }

  known<Found>(name: string): Found | undefined {
    const file = join(this.folder, `${name}.json`);
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
  }

  /** As `once`, for a model's bytes. */
  async model(name: string, train: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const file = join(this.folder, `${name}.bin`);
    if (existsSync(file)) return readFileSync(file);
    const model = await train();
    this.write(`${name}.bin`, model);
    return model;
  }

  private write(name: string, content: string | Uint8Array): void {
    const file = join(this.folder, name);
    writeFileSync(`${file}.partial`, content);
    renameSync(`${file}.partial`, file);
  }
}
