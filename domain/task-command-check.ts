import { organs } from './organ.js';
import type { TaskCommandKind } from './task-command.js';

/** Says what is wrong with a value, after the name of its field; undefined when nothing is. */
type Check = (value: unknown) => string | undefined;

const commandIdLimit = 80;
const actorLimit = 80;
const keyLimit = 200;
const reasonLimit = 2000;
const shownLimit = 40;

const name = text({ most: 80 });
const reason = text({ most: reasonLimit, trimmed: true });
const upload = object({ key: text({ least: 0, most: keyLimit }), sha256: hash, bytes: count });
const seconds = number({ least: 0, most: 1_000_000 });
const effort = object({
  activeSeconds: seconds,
  byOrgan: optional(onlyOrgans(seconds)),
});
const comments = list(
  object({ organ: optional(organName), voxel: optional(voxel), text: reason }),
  'comments',
  50,
);
const common = {
  commandId: text({ most: commandIdLimit }),
  actor: text({ most: actorLimit }),
  expectedVersion: optional(count),
  effort: optional(effort),
};
const lease = { leaseToken: optional(text({ most: 200 })), tokenSha256: optional(hash) };

const fields: Readonly<Record<TaskCommandKind, Readonly<Record<string, Check>>>> = {
  claim: { ...lease, offline: optional(yesOrNo) },
  renew: { ...lease, offline: optional(yesOrNo) },
  release: { reason: optional(reason), draft: optional(upload) },
  'hand-over': { to: name, reason, draft: optional(upload) },
  'save-draft': { upload },
  submit: {
    ...lease,
    upload,
    reason: optional(reason),
    acknowledged: optional(list(name, 'finding codes', 50)),
  },
  restore: { organ: organName, version: name, reason },
  review: {},
  return: { reason, organs: optional(list(organName, 'organs')), comments: optional(comments) },
  'attest-absent': { organ: organName, reason },
  approve: { reason: optional(reason) },
  'start-verification': {},
  verify: { reason: optional(reason) },
  refine: { upload, reason },
  escalate: { reason },
  comment: { comments, resolve: optional(list(name, 'ids of comments', 200)) },
  reopen: { reason, organs: optional(list(organName, 'organs')) },
  remind: {},
  expire: {},
};

/** Every kind of command, in the order in which a task usually meets them. */
export const taskCommandKinds = Object.keys(fields) as TaskCommandKind[];

/**
 * What is wrong with a value that is no `TaskCommand`; undefined when it is one. Says the same as the schema in
 * `task-command.ts`, but can run inside a workflow, where the schema library must not be loaded. Never throws.
 */
export function malformed(value: unknown): string | undefined {
  if (!isObject(value)) return `a command must be an object with a kind; got ${shown(value)}`;
  const kind = taskCommandKinds.find((each) => each === value.kind);
  if (kind === undefined) {
    return `unknown command ${shown(value.kind)}; the kinds are ${taskCommandKinds.join(', ')}`;
  }
  const fault = object({ ...common, ...fields[kind] })(value);
  return fault && `${kind}: ${fault}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function object(shape: Readonly<Record<string, Check>>): Check {
  return (value) => {
    if (!isObject(value))
      return `must be an object with ${Object.keys(shape).join(', ')}; got ${shown(value)}`;
    for (const [name, check] of Object.entries(shape)) {
      const fault = check(value[name]);
      if (fault !== undefined) return `${name} ${fault}`;
    }
    return undefined;
  };
}

function optional(check: Check): Check {
  return (value) => (value === undefined ? undefined : check(value));
}

function text({ least = 1, most = Number.POSITIVE_INFINITY, trimmed = false }): Check {
  return (value) => {
    if (typeof value !== 'string') return `must be text; got ${shown(value)}`;
    const length = codePoints(trimmed ? value.trim() : value);
    if (length < least) return 'must not be empty';
    return length > most ? `must have at most ${most} characters; got ${length}` : undefined;
  };
}

/** The schema measures text in Unicode code points, not in UTF-16 units. */
function codePoints(value: string): number {
  let length = 0;
  for (const _ of value) length++;
  return length;
}

function count(value: unknown): string | undefined {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return undefined;
  return `must be a whole number of 0 or more; got ${shown(value)}`;
}

function hash(value: unknown): string | undefined {
  if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)) return undefined;
  return `must be 64 lower-case hex digits; got ${shown(value)}`;
}

function organName(value: unknown): string | undefined {
  if (organs.some((organ) => organ === value)) return undefined;
  return `must be one of ${organs.join(', ')}; got ${shown(value)}`;
}

function yesOrNo(value: unknown): string | undefined {
  return typeof value === 'boolean' ? undefined : `must be true or false; got ${shown(value)}`;
}

function number({ least, most }: { least: number; most: number }): Check {
  return (value) => {
    if (typeof value === 'number' && value >= least && value <= most) return undefined;
    return `must be a number from ${least} to ${most}; got ${shown(value)}`;
  };
}

function list(check: Check, of: string, most = Number.POSITIVE_INFINITY): Check {
  return (value) => {
    if (!Array.isArray(value)) return `must be a list of ${of}; got ${shown(value)}`;
    if (value.length > most) return `must have at most ${most} ${of}; got ${value.length}`;
    for (const each of value) {
      const fault = check(each);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

/** A plain object whose names are organs, each at most once. */
function onlyOrgans(check: Check): Check {
  return (value) => {
    if (!isObject(value) || !isPlain(value)) return `must be an object of organs; got ${shown(value)}`;
    for (const organ of Reflect.ownKeys(value)) {
      if (organ === '__proto__' || !Object.prototype.propertyIsEnumerable.call(value, organ)) continue;
      const fault = organName(organ) ?? check(value[organ.toString()]);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

/** As the schema library has it: made by an object literal, or by nothing at all. */
function isPlain(value: Record<string, unknown>): boolean {
  const maker = value.constructor;
  if (typeof maker !== 'function') return true;
  const { prototype }: { prototype: unknown } = maker;
  return typeof prototype === 'object' && prototype !== null && Object.hasOwn(prototype, 'isPrototypeOf');
}

function voxel(value: unknown): string | undefined {
  if (Array.isArray(value) && value.length === 3) return list(count, 'indices')(value);
  return `must be three indices i, j, k; got ${shown(value)}`;
}

/** A value as a message shows it: short, and safe for anything that can arrive. */
function shown(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > shownLimit ? `${value.slice(0, shownLimit)}…` : value);
  }
  if (Array.isArray(value)) return 'a list';
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') {
    return String(value);
  }
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
