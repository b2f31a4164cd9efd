import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectRef } from '../domain/primitives.js';
import { getContent } from './content.js';
import { sha256 } from './hash.js';
import type { ObjectStore } from './object-store.js';

/**
 * Copies of objects on this machine's disk, by hash: what several workers read again and again travels once. A copy whose bytes
 * are not those of its name is thrown away and fetched anew; the longest unused go when all are larger than `bytesAtMost`.
 */
export class LocalCopies {
  private readonly under = new Map<string, Promise<Uint8Array>>();

  constructor(
    private readonly store: ObjectStore,
    private readonly directory: string,
    private readonly bytesAtMost: number,
  ) {}

  /** The object's bytes; asked twice at once, they are fetched once. */
  get(ref: ObjectRef): Promise<Uint8Array> {
    const known = this.under.get(ref.sha256);
    if (known !== undefined) return known;
    const reading = this.read(ref).finally(() => this.under.delete(ref.sha256));
    this.under.set(ref.sha256, reading);
    return reading;
  }

  private async read(ref: ObjectRef): Promise<Uint8Array> {
    const path = join(this.directory, ref.sha256);
    const here = await readFile(path).catch(() => undefined);
    if (here !== undefined && sha256(here) === ref.sha256) {
      const now = new Date();
      await utimes(path, now, now).catch(() => undefined);
      return here;
    }
    const bytes = await getContent(this.store, ref);
    // A full or read-only disk costs speed, not the work.
    await this.keep(path, bytes).catch(() => undefined);
    return bytes;
  }

  private async keep(path: string, bytes: Uint8Array): Promise<void> {
    if (bytes.length > this.bytesAtMost) return;
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const unfinished = `${path}.${process.pid}`;
    await writeFile(unfinished, bytes, { mode: 0o600 });
    await rename(unfinished, path);
    await this.makeRoom(path);
  }

  private async makeRoom(newest: string): Promise<void> {
    const files = [];
    for (const name of await readdir(this.directory)) {
      const path = join(this.directory, name);
      const found = await stat(path).catch(() => undefined);
      if (found !== undefined) files.push({ path, bytes: found.size, usedAt: found.mtimeMs });
    }
    let bytes = files.reduce((sum, each) => sum + each.bytes, 0);
    for (const each of files.sort((one, other) => one.usedAt - other.usedAt)) {
      if (bytes <= this.bytesAtMost) return;
      if (each.path === newest) continue;
      await rm(each.path, { force: true });
      bytes -= each.bytes;
    }
  }
}
