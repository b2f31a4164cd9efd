import type { Worklist } from '../domain/campaign.js';
import { groupsOf } from '../domain/case-groups.js';
import { caseName } from '../domain/case-name.js';
import { patientPairs } from '../domain/patients.js';
import { splitCases } from '../domain/split.js';
import { readCaseGroups } from '../storage/case-groups.js';
import { requireWorklist } from '../storage/worklists.js';
import { printJson, say, styled } from './output.js';
import { readCampaignTable } from './patient-file.js';
import { chooseCampaign, type Session } from './session.js';
import { WrongOption, wholeNumber } from './wrong-option.js';

/** `plusct split`: the cases of a campaign in parts; copies and cropped copies of one scan, and scans of one patient as far as a table says so, stay together. */
export async function split(
  session: Session,
  named: string | undefined,
  options: { shares: string; seed: string; patients?: string; json?: boolean },
): Promise<void> {
  const campaign = await chooseCampaign(session.store, named);
  const [shares, seed] = [sharesOf(options.shares), wholeNumber('--seed', options.seed, 0)];
  const worklist = await requireWorklist(session.store, campaign);
  const { groups } = await readCaseGroups(session.store, campaign);
  const cases = worklist.cases.map(caseName);
  const patients =
    options.patients === undefined ? [] : await patientsOf(options.patients, campaign, worklist);
  const parts = splitCases({ cases, groups: [...groups, ...patients], shares, seed });
  if (options.json) return printJson({ campaign, seed, shares, groups, patients, parts });
  for (const [name, own] of Object.entries(parts)) {
    say(styled('bold', `${name}: ${own.length} of ${cases.length} cases`));
    for (const each of own) say(`  ${each}`);
  }
}

/** The cases of each patient who has several; the table may name cases that were left out. */
async function patientsOf(path: string, campaign: string, worklist: Worklist): Promise<string[][]> {
  const { table, names } = await readCampaignTable(path, campaign, worklist);
  return groupsOf(names, patientPairs(table));
}

/** `train=0.8,test=0.2` as names and numbers. */
export function sharesOf(text: string): Record<string, number> {
  const parts = text.split(',').map((part) => part.split('='));
  const names = new Set(parts.map(([name]) => name));
  const right = parts.every(
    ([name, share, ...more]) =>
      name && Number(share) > 0 && Number.isFinite(Number(share)) && more.length === 0,
  );
  if (right && names.size === parts.length) {
    return Object.fromEntries(parts.map(([name, share]) => [name, Number(share)]));
  }
  throw new WrongOption(`--shares ${text}: give names and positive shares, as train=0.8,test=0.2`);
}
