import type { z } from 'zod';
import { PlusctError } from '../domain/errors.js';
import type { EngineSettings } from '../domain/training-set.js';

/** Settings written as `name=value`; what is none is an error of the caller's, who knows the exit code for it. */
export function settingsFrom(
  texts: readonly string[],
  option: string,
  wrong: (message: string) => PlusctError,
): EngineSettings {
  return Object.fromEntries(
    texts.map((text) => {
      const setting = settingOf(text);
      if (setting !== undefined) return setting;
      throw wrong(`${option} is '${text}'; give a name and a value, as epochs=50`);
    }),
  );
}

/** Numbers and true or false are taken as such, everything else as text; undefined for what is no `name=value`. */
function settingOf(text: string): [name: string, value: EngineSettings[string]] | undefined {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) return undefined;
  if (value === 'true' || value === 'false') return [name, value === 'true'];
  return [name, value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value];
}

/** For engines that have nothing to set. Throws `InvalidInput` naming whatever was given. */
export function noSettings(engine: string, given: Readonly<EngineSettings>): EngineSettings {
  const [first] = Object.keys(given);
  if (first === undefined) return {};
  throw new PlusctError('InvalidInput', `the engine ${engine} has no setting "${first}": it has none at all`);
}

/** Settings under an engine's schema, defaults filled in. Throws `InvalidInput` naming the setting and what there is. */
export function checkedSettings<Schema extends z.ZodObject>(
  engine: string,
  schema: Schema,
  given: Readonly<EngineSettings>,
): z.infer<Schema> {
  const names = Object.keys(schema.shape);
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const known = names.join(', ');
    throw new PlusctError(
      'InvalidInput',
      `the engine ${engine} has no setting "${unknown}"; it has ${known}`,
    );
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue!.path[0]);
  const what =
    given[name] === undefined
      ? `has to be given: ${issue!.message}`
      : `cannot be ${JSON.stringify(given[name])}`;
  const why = given[name] === undefined ? '' : `: ${issue!.message}`;
  throw new PlusctError('InvalidInput', `the setting ${name} of the engine ${engine} ${what}${why}`);
}
