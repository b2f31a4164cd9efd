import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PlusctError } from '../domain/errors.js';
import { waitForLock } from './lock.js';

const runFile = promisify(execFile);
/** MLCommons' own library; needs Python 3.10 or later. */
const validator = 'mlcroissant==1.1.1';
const folderName = 'mlcroissant-1.1.1';
const installTimeoutMs = 5 * 60_000;
const runTimeoutMs = 2 * 60_000;

export interface ValidatorPlace {
  readonly toolsDir: string;
  readonly say: (line: string) => void;
  /** The interpreter that the environment is made with. */
  readonly python?: string;
}

/**
 * The interpreter of a Python environment that has the validator of Croissant metadata; made at the first call, below the
 * folder of tools. An installation that was broken off leaves nothing that looks whole. Throws `InvalidInput` with what to do.
 */
export async function ensureCroissantValidator({
  toolsDir,
  say,
  python = 'python3',
}: ValidatorPlace): Promise<string> {
  const final = join(toolsDir, folderName);
  const interpreter = join(final, 'bin', 'python3');
  if (existsSync(join(final, 'complete'))) return interpreter;
  mkdirSync(toolsDir, { recursive: true });
  const lock = await waitForLock(join(toolsDir, `${folderName}.lock`), installTimeoutMs, (pid) =>
    say(`Waiting for process ${pid}, which is installing ${validator} …`),
  );
  try {
    if (!existsSync(join(final, 'complete'))) await install(final, python, say);
    return interpreter;
  } finally {
    lock.release();
  }
}

async function install(final: string, python: string, say: (line: string) => void): Promise<void> {
  say(`Installing ${validator} (about 80 MB, once) …`);
  rmSync(final, { recursive: true, force: true });
  try {
    await runFile(python, ['-m', 'venv', final], { timeout: installTimeoutMs });
    const flags = ['--quiet', '--no-input', '--disable-pip-version-check', '--no-compile'];
    await runFile(join(final, 'bin', 'python3'), ['-m', 'pip', 'install', ...flags, validator], {
      timeout: installTimeoutMs,
    });
  } catch (cause) {
    rmSync(final, { recursive: true, force: true });
    const [why] = String((cause as { stderr?: unknown }).stderr || cause)
      .trim()
      .split('\n')
      .slice(-1);
    throw new PlusctError(
      'InvalidInput',
      `${validator} could not be installed (${why}): it needs Python 3.10 or later with venv, and a package index; or leave --croissant away`,
      { cause },
    );
  }
  // The last step tells that it is whole: an environment knows its own path and cannot be renamed into place.
  writeFileSync(join(final, 'complete'), '');
}

/** What the validator says of a file; its relative paths are looked up beside it. */
export async function validateCroissant(
  python: string,
  path: string,
): Promise<{ valid: boolean; output: string }> {
  try {
    const args = ['-m', 'mlcroissant.scripts.validate', `--jsonld=${path}`];
    const { stderr } = await runFile(python, args, { timeout: runTimeoutMs });
    return { valid: true, output: stderr };
  } catch (error) {
    return { valid: false, output: String((error as { stderr?: unknown }).stderr || error).trim() };
  }
}
