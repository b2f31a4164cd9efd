import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { PlusctError } from '../domain/errors.js';
import { type Organ, organs } from '../domain/organ.js';
import { TaskCommand } from '../domain/task-command.js';
import { putContent } from '../storage/content.js';
import type { ObjectStore } from '../storage/object-store.js';
import { type PersonalKind, type TaskField, taskActions } from './task-actions.js';
import { WrongOption } from './wrong-option.js';

/** Options that say what a command holds. */
export interface CommandOptions {
  readonly as?: string;
  readonly reason?: string;
  readonly organ?: string[];
  readonly version?: string;
  readonly to?: string;
  readonly offline?: boolean;
  readonly leaseToken?: string;
  readonly draft?: string;
  readonly acknowledge?: string[];
  readonly text?: string;
  readonly voxel?: string;
  readonly resolve?: string[];
  readonly commandId?: string;
  readonly expectedVersion?: string;
}

type Values = Readonly<Record<string, unknown>>;
type Reader = (
  options: CommandOptions,
  around: { store: ObjectStore; file: string | undefined; kind: PersonalKind },
) => Values | Promise<Values>;

/** What each option becomes in the command. What the schema does not take is refused by it, with its reason. */
const readers: Readonly<Record<TaskField, Reader>> = {
  file: async (_, { store, file }) => ({ upload: await upload(store, file ?? '') }),
  draft: async ({ draft }, { store }) => (draft === undefined ? {} : { draft: await upload(store, draft) }),
  reason: ({ reason }, { kind }) => (reason === undefined ? {} : { reason: reasonFor(kind, reason) }),
  because: ({ reason }, { kind }) => ({ reason: reasonFor(kind, reason) }),
  organ: ({ organ = [] }, { kind }) => ({ organ: onlyOrgan(kind, organ.map(organOf)) }),
  organs: ({ organ = [] }) => (organ.length === 0 ? {} : { organs: organ.map(organOf) }),
  version: ({ version }, { kind }) => ({ version: required(kind, '--version', version) }),
  to: ({ to }, { kind }) => ({ to: required(kind, '--to', to) }),
  offline: ({ offline }) => given({ offline }),
  token: ({ leaseToken }) => given({ leaseToken }),
  acknowledged: ({ acknowledge = [] }) => (acknowledge.length === 0 ? {} : { acknowledged: acknowledge }),
  comment: ({ text, organ = [], voxel, resolve = [] }) => ({
    comments:
      text === undefined
        ? []
        : [{ text, ...given({ organ: organ.map(organOf)[0], voxel: voxel?.split(',').map(Number) }) }],
    ...(resolve.length === 0 ? {} : { resolve }),
  }),
};

/** The command that the options and the file ask for. */
export async function makeCommand(
  store: ObjectStore,
  kind: PersonalKind,
  options: CommandOptions,
  file?: string,
): Promise<TaskCommand> {
  const { commandId = randomUUID(), as: actor = '', expectedVersion } = options;
  const parts = await Promise.all(
    taskActions[kind].fields.map((field) => readers[field](options, { store, file, kind })),
  );
  const version = expectedVersion === undefined ? {} : { expectedVersion: versionOf(expectedVersion) };
  const command = Object.assign({ kind, commandId, actor, ...version }, ...parts);
  const parsed = TaskCommand.safeParse(command);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new PlusctError('InvalidInput', `${kind}: ${issue.path.join('.')}: ${issue.message}`);
}

function given(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function required(kind: string, what: string, value: string | undefined): string {
  if (value) return value;
  throw new WrongOption(`${kind} needs ${what}`);
}

function reasonFor(kind: string, reason: string | undefined): string {
  return required(kind, '--reason "…": it goes on record', reason);
}

function organOf(text: string): Organ {
  const organ = organs.find((each) => each === text);
  if (organ !== undefined) return organ;
  throw new WrongOption(`--organ is '${text}'; there are ${organs.join(', ')}`);
}

function onlyOrgan(kind: string, named: readonly Organ[]): Organ {
  const [organ, ...more] = named;
  if (organ !== undefined && more.length === 0) return organ;
  throw new WrongOption(`${kind} takes one --organ: name every organ on its own`);
}

function versionOf(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new WrongOption(`--expected-version is '${text}'; give the number that tasks show prints`);
}

async function upload(store: ObjectStore, file: string) {
  try {
    return await putContent(store, await readFile(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new PlusctError('InvalidInput', `${file}: there is no such file`);
  }
}
