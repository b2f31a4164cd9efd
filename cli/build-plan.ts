import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { CampaignPlan } from '../domain/campaign.js';
import { caseName } from '../domain/case-name.js';
import { PlusctError } from '../domain/errors.js';
import { patientPairs, requireNames } from '../domain/patients.js';
import { type Person, Person as PersonSchema } from '../domain/person.js';
import type { EngineSettings } from '../domain/training-set.js';
import { settingsFrom } from '../engines/engine-settings.js';
import { engineByName } from '../engines/registry.js';
import { findCollections } from '../sources/listing.js';
import { adapterFor } from '../sources/registry.js';
import { hashOf } from '../storage/json.js';
import { readPatientTable } from './patient-file.js';
import { type DeviceOptions, planDevices } from './plan-devices.js';
import { planMeasures } from './plan-measures.js';
import { WrongOption, wholeNumber } from './wrong-option.js';

export interface BuildOptions extends DeviceOptions {
  readonly collections: string;
  readonly campaign?: string;
  readonly reference?: string;
  /** CSV of case,patient. */
  readonly patients?: string;
  readonly refine: string;
  readonly engine: string;
  /** `name=value` each. */
  readonly engineSetting?: readonly string[];
  readonly person: readonly string[];
  readonly seed: string;
  readonly window: string;
  readonly prioritise?: boolean;
  readonly doubleReads?: string;
  readonly reviewHours?: string;
  readonly auditShare?: string;
}

/** The people of a campaign that names none. As in the paper: fewer radiologists than juniors, three seniors. */
export function defaultPeople(simulated: boolean): Person[] {
  const crew = (role: Person['role'], title: string, count: number): Person[] =>
    Array.from({ length: count }, (_, n) => ({
      id: `${simulated ? 'simulated-' : ''}${title}-${n + 1}`,
      role,
      simulated,
    }));
  return [
    ...crew('junior', 'junior', 5),
    ...crew('certified', 'radiologist', 2),
    ...crew('senior', 'senior', 3),
  ];
}

/** The plan that the options ask for. The default name follows from the plan, so that asking twice is one campaign. */
export async function makePlan(options: BuildOptions): Promise<CampaignPlan> {
  const found = await findCollections(existingFolder('--collections', options.collections));
  const { refine } = options;
  const reference =
    options.reference === undefined ? undefined : existingFolder('--reference', options.reference);
  const people = parsePeople(options.person);
  checkPeople(people, refine);
  if (refine === 'simulated' && reference === undefined) {
    throw new WrongOption(
      'Simulated refinement needs the reference labels: give --reference DIR, or use --refine human.',
    );
  }
  const plan = {
    collections: found.map(({ collection, directory: at }) => ({ collection, directory: resolve(at) })),
    ...(reference === undefined ? {} : { referenceDirectory: reference }),
    refine,
    engine: options.engine,
    ...chosenSettings(options),
    ...(await knownPatients(options.patients, found)),
    people: people.length === 0 ? defaultPeople(refine === 'simulated') : people,
    seed: wholeNumber('--seed', options.seed, 0),
    window: wholeNumber('--window', options.window, 1, 100),
    ...planMeasures(options),
    ...planDevices(options),
  };
  const campaign = options.campaign ?? `plus-${hashOf(plan).slice(0, 8)}`;
  const parsed = CampaignPlan.safeParse({ campaign, ...plan });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new WrongOption(`--${issue.path.join('.')}: ${issue.message}`);
}

/** Which cases are of one person; every case that the table names has to be in the collections. */
async function knownPatients(
  path: string | undefined,
  collections: Awaited<ReturnType<typeof findCollections>>,
): Promise<Pick<CampaignPlan, 'patients'>> {
  if (path === undefined) return {};
  const table = await readPatientTable(path);
  const names = new Set<string>();
  for (const { collection, directory } of collections)
    for (const { caseId } of (await adapterFor(collection).list(directory)).cases)
      names.add(caseName({ collection, caseId }));
  const remedy = 'write it as collection/case, as in kits19/case_00001';
  requireNames(table, names, 'the collections', remedy);
  return { patients: patientPairs(table) };
}

/** What the engine is set to; throws when it has no such setting, or when there is no such engine. */
function chosenSettings({ engine, engineSetting = [] }: BuildOptions): { engineSettings?: EngineSettings } {
  const given = parseSettings(engineSetting);
  engineByName(engine).settingsOf(given);
  return engineSetting.length === 0 ? {} : { engineSettings: given };
}

/** Settings of an engine, each given as `name=value`. */
export function parseSettings(texts: readonly string[], option = '--engine-setting'): EngineSettings {
  return settingsFrom(texts, option, (message) => new WrongOption(message));
}

/** People given as `id:role`, role being junior, certified or senior. */
export function parsePeople(texts: readonly string[]): Person[] {
  return texts.map((text) => {
    const [id, role] = text.split(':');
    const person = PersonSchema.safeParse({ id, role, simulated: false });
    if (person.success) return person.data;
    throw new WrongOption(`--person ${text}: expected id:role with role junior, certified or senior`);
  });
}

/** A campaign needs somebody of each role, and simulated campaigns bring their own people. */
function checkPeople(people: readonly Person[], refine: string): void {
  if (people.length === 0) return;
  if (refine === 'simulated') {
    throw new WrongOption('--person names people who really work: use it with --refine human');
  }
  const missing = (['junior', 'certified', 'senior'] as const).filter(
    (role) => !people.some((each) => each.role === role),
  );
  if (missing.length === 0) return;
  throw new WrongOption(`no case could be finished: --person names nobody who is ${missing.join(' or ')}`);
}

function existingFolder(option: string, named: string): string {
  const directory = resolve(named);
  if (existsSync(directory)) return directory;
  throw new PlusctError('InvalidInput', `${option} ${directory}: there is no such folder`);
}
