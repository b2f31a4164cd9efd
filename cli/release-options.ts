import { factsOf } from '../domain/licence.js';
import { ReleaseChoice } from '../domain/release.js';
import { caseQuery } from './cases.js';
import { licenceUse } from './export.js';
import { shareOfOne, WrongOption, wholeNumber } from './wrong-option.js';

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

/** The choice behind a release. Throws `WrongOption`. */
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
    ...(seed === undefined ? {} : { seed: wholeNumber('--seed', seed, 0) }),
    ...(testShare === undefined ? {} : { testShare: shareOfTests(testShare) }),
    unfinished: unfinished === true,
  };
  return ReleaseChoice.parse(asked);
}

/** Both parts have to hold something. */
function shareOfTests(text: string): number {
  const share = shareOfOne('--test-share', text);
  if (share > 0 && share < 1) return share;
  throw new WrongOption(`--test-share is '${text}'; give a share between 0 and 1`);
}

function knownLicence(text: string): string {
  if (factsOf(text)?.derivatives) return text;
  throw new WrongOption(
    `--labels-under ${text}: name a licence of docs/exports.md that lets adapted material be shared, as CC-BY-4.0`,
  );
}
