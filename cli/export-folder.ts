import { mkdirSync, readdirSync } from 'node:fs';
import { mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { PlusctError } from '../domain/errors.js';

/** A new folder that files are written into, each under its name only when it is complete. */
export class ExportFolder {
  private readonly root: string;

  /** Throws `InvalidInput` unless the folder is new or empty: an export holds exactly the cases that were asked for. */
  constructor(path: string) {
    this.root = resolve(path);
    mkdirSync(this.root, { recursive: true });
    if (readdirSync(this.root).length > 0)
      throw new PlusctError('InvalidInput', `${this.root} is not empty: name a new folder, or empty it`);
  }

  async write(name: string, content: Uint8Array | string, mode = 0o644): Promise<void> {
    const path = join(this.root, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.partial`, content, { mode });
    await rename(`${path}.partial`, path);
  }

  /** Sets the times of files and folders, given by name, to the same moment. */
  async forgetTimes(names: readonly string[]): Promise<void> {
    const moment = new Date('2000-01-01T00:00:00Z');
    for (const name of names) await utimes(join(this.root, name), moment, moment);
  }
}
