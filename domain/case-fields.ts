import type { CaseView, OrganView } from './case-view.js';
import { PlusctError } from './errors.js';
import { licenceObstacles, licenceUses } from './licence.js';
import { organs } from './organ.js';
import type { FieldReader, FieldValues } from './query.js';

/** A field of a case that queries, columns and tables can name. */
export interface CaseField {
  readonly name: string;
  /** What it holds, for help. */
  readonly about: string;
  readonly read: (view: CaseView) => FieldValues;
}

type Value = FieldValues[number] | undefined;

const field = (
  name: string,
  about: string,
  read: (view: CaseView) => Value | readonly Value[],
): CaseField => ({
  name,
  about,
  read: (view) => present(read(view)),
});

function present(found: Value | readonly Value[]): FieldValues {
  const all: readonly Value[] = isList(found) ? found : [found];
  return all.filter((value) => value !== undefined);
}

function isList(found: Value | readonly Value[]): found is readonly Value[] {
  return Array.isArray(found);
}

const indices = ['i', 'j', 'k'] as const;
const joined = (sides: readonly number[] | undefined): string | undefined =>
  sides?.map((side) => String(Number(side.toPrecision(4)))).join('×');

function knownSpacing({ geometry }: CaseView['passport']): readonly number[] | undefined {
  return geometry?.spacingUnknown ? undefined : geometry?.spacingMm;
}

const ofCase: readonly CaseField[] = [
  field('case', 'collection/case', ({ name }) => name),
  field('collection', 'source collection', ({ passport }) => passport.collection),
  field('id', 'the case’s name in its collection', ({ passport }) => passport.caseId),
  field('subset', 'train or test, as the collection says', ({ passport }) => passport.subset),
  field('status', 'accepted, quarantined or excluded', ({ status }) => status),
  field('stage', 'ingested, pre-labelled, in refinement or finished', ({ stage }) => stage),
  field('copy', 'which distribution the files are from', ({ passport }) => passport.copy),
  field('licence', 'strictest of all that the label map rests on', ({ licence }) => licence),
  field('licence.source', 'licence of the image and its source label', ({ passport }) => passport.licence),
  field('allows', 'what the licence allows: share, derivatives, commercial', ({ licence }) =>
    licenceUses.filter((use) => licenceObstacles(licence, use).length === 0),
  ),
  field('licence.note', 'what is not certain about the licence', ({ passport }) => passport.licenceNote),
  field('copies', 'other distributions of the same scan', ({ passport }) =>
    passport.otherCopies?.map(({ copy }) => copy),
  ),
  field('citation', 'what to cite', ({ passport }) => passport.citation),
  field('missing', 'organs that the source did not label', ({ passport }) => passport.missingOrgans),
  field('finding', 'codes of all findings', ({ findings }) => findings.map(({ code }) => code)),
  field('severity', 'severities of all findings', ({ findings }) => findings.map(({ severity }) => severity)),
  field(
    'identity.profile',
    'profile that the check for traces of a person used',
    ({ passport }) => passport.identity?.profile,
  ),
  field('identity.retained', 'fields that the profile would have emptied', ({ passport }) =>
    passport.identity?.retained.map((each) => each.field),
  ),
  field('editor', 'people who drew labels', ({ organs: all }) =>
    unique(all.flatMap(({ editors }) => editors)),
  ),
  field('model', 'models that proposed labels', ({ organs: all }) => unique(all.map(({ model }) => model))),
  field('reviewer', 'who approved', ({ reviewer }) => reviewer),
  field('verifier', 'who verified', ({ verifier }) => verifier),
  field('simulated', 'true when a simulated person drew', ({ organs: all }) =>
    all.some(({ simulated }) => simulated),
  ),
];

const ofVolume: readonly CaseField[] = [
  field('shape', 'voxels along i, j, k', ({ passport }) => joined(passport.geometry?.shape)),
  ...indices.map((index, n) =>
    field(`shape.${index}`, `voxels along ${index}`, ({ passport }) => passport.geometry?.shape[n]),
  ),
  field('spacing', 'voxel sides in mm, none where they are unknown', ({ passport }) =>
    joined(knownSpacing(passport)),
  ),
  ...indices.map((index, n) =>
    field(
      `spacing.${index}`,
      `voxel side along ${index} in mm`,
      ({ passport }) => knownSpacing(passport)?.[n],
    ),
  ),
  field('axes', 'direction in which i, j, k grow', ({ passport }) => passport.geometry?.axisCodes),
  field(
    'geometry',
    'what decided: sform, qform, pixdim, dicom',
    ({ passport }) => passport.geometry?.decidedBy,
  ),
  field('repair', 'what was repaired in the geometry', ({ passport }) =>
    passport.geometry?.repairs.map(({ kind }) => kind),
  ),
  field('spacing.unknown', 'yes where the spacing in the header is a placeholder', ({ passport }) =>
    passport.geometry?.spacingUnknown ? 'yes' : 'no',
  ),
  field('hu.min', 'least HU', ({ passport }) => passport.voxels?.minHu),
  field('hu.max', 'greatest HU', ({ passport }) => passport.voxels?.maxHu),
  field('file', 'source files', ({ passport }) => passport.sourceFiles.map(({ path }) => path)),
  field('file.sha256', 'hashes of the source files', ({ passport }) =>
    passport.sourceFiles.map((file) => file.sha256),
  ),
  field('voxels.sha256', 'hash of the voxels', ({ passport }) => passport.voxels?.voxelSha256),
];

const organParts: readonly [
  name: string,
  about: string,
  read: (organ: OrganView) => Value | readonly Value[],
][] = [
  ['origin', 'source, human, model, absent or none', ({ origin }) => origin],
  ['author', 'collection, person or model', ({ author }) => author],
  ['model', 'model that proposed it', ({ model }) => model],
  ['editor', 'people who drew in it', ({ editors }) => editors],
  ['licence', 'what binds this label', ({ licence }) => licence],
  ['label', 'label version', ({ label }) => label],
  ['voxels', 'number of voxels', ({ voxels }) => voxels],
  ['volume', 'volume in ml', ({ volumeMl }) => volumeMl],
  ['reason', 'why the version was made', ({ reason }) => reason],
  ['simulated', 'true when a simulated person drew', ({ simulated }) => simulated],
];

const ofOrgans: readonly CaseField[] = organs.flatMap((organ) =>
  organParts.map(([name, about, read]) =>
    field(`organ.${organ}.${name}`, `${organ}: ${about}`, (view) => {
      const own = view.organs.find((each) => each.organ === organ);
      return own === undefined ? undefined : read(own);
    }),
  ),
);

/** Every field, in the order in which help shows them. */
export const caseFields: readonly CaseField[] = [...ofCase, ...ofVolume, ...ofOrgans];
const byName = new Map(caseFields.map((each) => [each.name, each]));

const factName = /^fact(\.\w+)+$/;

/** What a table of the collection says of the patient: `fact.gender`, `fact.voxel_spacing.x_spacing`. */
function factField(name: string): CaseField | undefined {
  if (!factName.test(name)) return undefined;
  const [, ...path] = name.split('.');
  return field(name, 'as the collection’s table has it', ({ passport }) => {
    let at: unknown = passport.facts;
    for (const part of path) at = isRecord(at) ? at[part] : undefined;
    return typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean' ? at : undefined;
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

const fieldCalled = (name: string): CaseField | undefined => byName.get(name) ?? factField(name);

export const isCaseField = (name: string): boolean => fieldCalled(name) !== undefined;

/** The field of that name. Throws `InvalidInput` that lists what there is. */
export function caseField(name: string): CaseField {
  const found = fieldCalled(name);
  if (found !== undefined) return found;
  throw new PlusctError('InvalidInput', `A case has no field '${name}'. ${knownFields}`);
}

/** All names in one sentence; those of organs once. */
export const knownFields = `Fields are ${[...ofCase, ...ofVolume].map(({ name }) => name).join(', ')} and organ.NAME.PART with NAME one of ${organs.join(', ')} and PART one of ${organParts.map(([name]) => name).join(', ')}, and fact.NAME for what a collection’s table says.`;

/** Reads the fields of one case for a query. */
export function fieldsOf(view: CaseView): FieldReader {
  return (name) => fieldCalled(name)?.read(view) ?? [];
}

function unique(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}
