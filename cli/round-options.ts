import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { HeldOutChoice } from '../activities/round-plan.js';
import { CampaignPlan } from '../domain/campaign.js';
import { PlusctError } from '../domain/errors.js';
import { campaignPlanKey } from '../domain/keys.js';
import { type Organ, organs } from '../domain/organ.js';
import type { RoundPlan } from '../domain/round.js';
import type { Engine } from '../engines/engine.js';
import { engineByName } from '../engines/registry.js';
import { requireJson } from '../storage/json.js';
import type { ObjectStore } from '../storage/object-store.js';
import { parseSettings } from './build-plan.js';
import { parseCase } from './case-argument.js';
import { shareOfOne, WrongOption, wholeNumber } from './wrong-option.js';

/** Options of `plusct round run`, as they come. */
export interface RoundOptions {
  readonly campaign?: string;
  readonly organ: string[];
  readonly engine?: string;
  readonly setting: string[];
  readonly seed: string;
  readonly heldOut: string;
  readonly reference?: string;
  readonly teacher: 'trained' | 'standing';
  readonly joint?: boolean;
  readonly fineTune: boolean;
  readonly studentFrom: 'scratch' | 'teacher';
  readonly marginDsc: string;
  readonly marginNsd: string;
  readonly minimumCases: string;
  readonly reopenBelow: string;
  readonly rounds: string;
  readonly as: string;
  readonly reason?: string;
  readonly json?: boolean;
}

/** The plan that the options ask for; the campaign's engine unless another is named. */
export async function roundPlan(
  store: ObjectStore,
  campaign: string,
  options: RoundOptions,
): Promise<RoundPlan> {
  const { engine: own, engineSettings } = await requireJson(store, campaignPlanKey(campaign), CampaignPlan);
  const name = options.engine ?? own;
  const engine = engineByName(name);
  const given = { ...(name === own ? engineSettings : {}), ...parseSettings(options.setting, '--setting') };
  const asked = options.organ.length === 0 ? organs : organs.filter((each) => options.organ.includes(each));
  for (const text of options.organ) organOf(text);
  return {
    campaign,
    organs: [...asked],
    studentGroups: options.joint ? [[...asked]] : asked.map((organ) => [organ]),
    engine: { name, version: engine.describe().version, settings: engine.settingsOf(given) },
    seed: wholeNumber('--seed', options.seed, 0),
    fineTune: options.fineTune,
    ...(options.studentFrom === 'teacher' ? { studentFrom: goingOn(engine) } : {}),
    gate: {
      margins: {
        dsc: share('--margin-dsc', options.marginDsc),
        nsd: share('--margin-nsd', options.marginNsd),
      },
      minimumCases: wholeNumber('--minimum-cases', options.minimumCases, 2),
    },
    reopenBelowDsc: share('--reopen-below', options.reopenBelow),
  };
}

/** `0.2`, or cases by name: `lits/volume-3,kits19/case_00002`. */
export function heldOutChoice({
  heldOut,
  reference,
}: Pick<RoundOptions, 'heldOut' | 'reference'>): HeldOutChoice {
  const referenceDirectory = reference === undefined ? undefined : resolve(reference);
  if (referenceDirectory !== undefined && !existsSync(referenceDirectory))
    throw new PlusctError('InvalidInput', `--reference ${referenceDirectory}: there is no such folder`);
  const from = referenceDirectory === undefined ? {} : { referenceDirectory };
  if (/^[\d.]+$/.test(heldOut)) return { share: share('--held-out', heldOut), ...from };
  const names = heldOut.split(',').map((text) => {
    const { collection, caseId } = parseCase(text.trim());
    return `${collection}/${caseId}`;
  });
  return { names, ...from };
}

/** What only an engine that goes on from models can do. */
function goingOn(engine: Engine): 'teacher' {
  const { name, finetunes } = engine.describe();
  if (finetunes) return 'teacher';
  throw new WrongOption(`--student-from is 'teacher', but the engine ${name} cannot go on from a model`);
}

export function organOf(text: string): Organ {
  const organ = organs.find((each) => each === text);
  if (organ !== undefined) return organ;
  throw new WrongOption(`--organ is '${text}'; there are ${organs.join(', ')}`);
}

function share(option: string, text: string): number {
  const value = shareOfOne(option, text);
  if (value > 0) return value;
  throw new WrongOption(`${option} is '${text}'; give a share above 0, at most 1`);
}
