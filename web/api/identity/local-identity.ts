import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { PlusctError } from '../../../domain/errors.js';

/** What the console keeps in the home folder, readable by its owner only. */
const Keys = z.object({
  sessionSecret: z.string().min(40),
  tokens: z.record(z.string(), z.string().min(40)),
});
type Keys = z.infer<typeof Keys>;

/** Identity without a provider: a token for each person, made here, for a server that only this machine can reach. */
export interface LocalIdentity {
  readonly sessionSecret: string;
  /** The person's token, made at the first call. */
  tokenFor(person: string): string;
  /** Whose token it is. */
  personOf(token: string): string | undefined;
}

/** Opens `file`, or makes it. Throws `InvalidInput` when it is damaged. */
export function openLocalIdentity(file: string): LocalIdentity {
  let keys = readKeys(file) ?? save(file, { sessionSecret: secret(), tokens: {} });
  const owners = new Map(Object.entries(keys.tokens).map(([person, token]) => [fingerprint(token), person]));
  return {
    sessionSecret: keys.sessionSecret,
    tokenFor(person) {
      const known = Object.hasOwn(keys.tokens, person) ? keys.tokens[person] : undefined;
      if (known !== undefined) return known;
      // Another process may have written since.
      const there = readKeys(file) ?? keys;
      const token = (Object.hasOwn(there.tokens, person) ? there.tokens[person] : undefined) ?? secret();
      keys = save(file, { ...there, tokens: { ...there.tokens, [person]: token } });
      owners.set(fingerprint(token), person);
      return token;
    },
    personOf: (token) => owners.get(fingerprint(token)),
  };
}

/** Compared by hash, so that the time of a look-up tells nothing of a token. */
function fingerprint(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

function readKeys(file: string): Keys | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return Keys.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new PlusctError('InvalidInput', `${file} is damaged: delete it, and everybody signs in anew.`, {
      cause,
    });
  }
}

function save(file: string, keys: Keys): Keys {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const partial = `${file}.${process.pid}.partial`;
  writeFileSync(partial, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  renameSync(partial, file);
  return keys;
}
