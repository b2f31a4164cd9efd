import { PlusctError } from '../domain/errors.js';
import { factsOf } from '../domain/licence.js';
import { ReleaseChoice } from '../domain/release.js';
import { caseQuery } from './cases.js';
import { licenceUse } from './export.js';

/** What `plusct release plan` and `publish` are told; what is not said stays as it was in the release before. */
export interface ChoiceOptions {
  readonly images?: boolean;
  readonly trainingBinds?: boolean;
  readonly licenceAllows?: readonly string[];
  readonly where?: string;
  readonly labelsUnder?: string;
  readonly seed?: string;
  readonly testShare?: string;
  readonly unfinished?: boolean;
}

const first: ReleaseChoice = {
  images: true,
  trainingBinds: true,
  uses: [],
  labelsUnder: 'CC-BY-4.0',
  seed: 1,
  testShare: 0.2,
  unfinished: false,
};

/** The choice behind a release. Throws `InvalidInput` that names the option. */
export function releaseChoice(options: ChoiceOptions, before: ReleaseChoice = first): ReleaseChoice {
  const {
    images,
    trainingBinds,
    licenceAllows = [],
    where,
    labelsUnder,
    seed,
    testShare,
    unfinished,
  } = options;
  caseQuery(where === '' ? undefined : where);
  const uses = licenceAllows.filter((text) => text !== 'anything').map(licenceUse);
  const { where: queried, ...rest } = before;
  const query = where ?? queried ?? '';
  const asked = {
    ...rest,
    ...(images === undefined ? {} : { images }),
    ...(trainingBinds === undefined ? {} : { trainingBinds }),
    ...(licenceAllows.length === 0 ? {} : { uses }),
    ...(query === '' ? {} : { where: query }),
    ...(labelsUnder === undefined ? {} : { labelsUnder: knownLicence(labelsUnder) }),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(testShare === undefined ? {} : { testShare: Number(testShare) }),
    unfinished: unfinished === true,
  };
  const parsed = ReleaseChoice.safeParse(asked);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const option = issue?.path[0] === 'testShare' ? '--test-share' : '--seed';
  throw new PlusctError('InvalidInput', `${option}: ${issue?.message ?? 'it cannot be read'}`);
}

function knownLicence(text: string): string {
  if (factsOf(text)?.derivatives) return text;
  throw new PlusctError(
    'InvalidInput',
    `--labels-under ${text}: name a licence of docs/exports.md that lets adapted material be shared, as CC-BY-4.0`,
  );
}
