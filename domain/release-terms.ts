import type { LabelOrigin } from './label-version.js';
import { factsOf, incompatiblePairs, licenceObstacles, licenceParts, strictestLicence } from './licence.js';
import type { Organ } from './organ.js';
import type { ReleaseChoice } from './release.js';

/** What a case's label map rests on. */
export interface TermsQuestion {
  /** Terms of the image and of the label that came with it. */
  readonly sourceLicence: string;
  readonly organs: readonly {
    readonly organ: Organ;
    readonly origin: LabelOrigin;
    readonly model?: string | undefined;
    /** Licences of that model's training data. */
    readonly trained: readonly string[];
  }[];
}

/** Under which terms a case's label map can be released, or why it cannot. */
export interface CaseTerms {
  readonly licence: string;
  /** Organs that cannot be in the label map. */
  readonly withheld: readonly Organ[];
  readonly obstacles: readonly string[];
}

/** A licence that binds the label map, and what brings it in. */
interface Binding {
  readonly licence: string;
  readonly of: string;
}

/**
 * The cautious reading. A label map is adapted material of its image, of the source's label in it, and (unless told otherwise)
 * of the training data of models that proposed parts of it. Where images are released, or the source lets adapted material be
 * shared, the source's terms bind the whole map. In a release without images, a map of a source that forbids adapted
 * material holds what was made here alone: the source's own label, which would be changed by being put together with
 * others, is withheld, and no part of the licensed work is left in the map.
 */
export function caseTerms(
  question: TermsQuestion,
  {
    images,
    trainingBinds,
    labelsUnder,
    uses,
  }: Pick<ReleaseChoice, 'images' | 'trainingBinds' | 'labelsUnder' | 'uses'>,
): CaseTerms {
  const { sourceLicence, organs } = question;
  const apart = !images && !licenceParts(sourceLicence).every((part) => factsOf(part)?.derivatives);
  const withheld = apart ? organs.filter(({ origin }) => origin === 'source').map(({ organ }) => organ) : [];
  const kept = organs.filter(({ organ }) => !withheld.includes(organ));
  const bindings: Binding[] = [
    ...(apart ? [] : [{ licence: sourceLicence, of: 'its image and source label' }]),
    ...(trainingBinds ? kept.flatMap(trainingOf) : []),
  ];
  const licence =
    bindings.length === 0 ? labelsUnder : strictestLicence(bindings.map((each) => each.licence));
  const empty = kept.length === 0 && organs.length > 0 ? ['every label in it is the source’s own'] : [];
  const sharing = images ? licenceObstacles(sourceLicence, 'share').map((why) => `its image: ${why}`) : [];
  // Whether adapted material may be shared is asked of every release, and answered with what brings a licence in.
  const others = uses.filter((use) => use !== 'derivatives');
  const asked = others.flatMap((use) => licenceObstacles(licence, use));
  const obstacles = [...empty, ...sharing, ...adaptationObstacles(bindings), ...asked];
  return { licence, withheld, obstacles: [...new Set(obstacles)] };
}

function trainingOf({ organ, model, trained }: TermsQuestion['organs'][number]): Binding[] {
  if (model === undefined) return [];
  return trained.map((licence) => ({
    licence,
    of: `training data of ${model}, which proposed the ${organ}`,
  }));
}

/** Each licence alone, then each pair that does not go together. */
function adaptationObstacles(bindings: readonly Binding[]): string[] {
  const alone = bindings.flatMap(({ licence, of }) =>
    licenceParts(licence)
      .filter((part) => !factsOf(part)?.derivatives)
      .map((part) => {
        const why =
          factsOf(part) === undefined
            ? 'is not in the table of licences'
            : 'forbids sharing adapted material';
        return `${part} (${of}) ${why}, and a label map is adapted material`;
      }),
  );
  const pairs = incompatiblePairs(bindings.map(({ licence }) => licence)).map(({ first, second, why }) => {
    const [one, other] = [first, second].map((name) => sourceOf(bindings, name));
    return `${first} (${one}) with ${second} (${other}): ${why}`;
  });
  return [...alone, ...pairs];
}

function sourceOf(bindings: readonly Binding[], licence: string): string {
  return bindings.find((each) => licenceParts(each.licence).includes(licence))?.of ?? 'its records';
}
