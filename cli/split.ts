import { readFile } from 'node:fs/promises';
import { csvParse } from 'd3-dsv';
import { CaseGroups } from '../domain/case-groups.js';
import { PlusctError } from '../domain/errors.js';
import { caseGroupsKey } from '../domain/keys.js';
import { splitCases } from '../domain/split.js';
import { readJson } from '../storage/json.js';
import { requireWorklist } from '../storage/worklists.js';
import { printJson, say, styled } from './output.js';
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
  const groups = (await readJson(session.store, caseGroupsKey(campaign), CaseGroups))?.groups ?? [];
  const cases = worklist.cases.map(({ collection, caseId }) => `${collection}/${caseId}`);
  const patients = options.patients === undefined ? [] : await patientsIn(options.patients);
  const parts = splitCases({ cases, groups: [...groups, ...patients], shares, seed });
  if (options.json) return printJson({ campaign, seed, shares, groups, patients, parts });
  for (const [name, own] of Object.entries(parts)) {
    say(styled('bold', `${name}: ${own.length} of ${cases.length} cases`));
    for (const each of own) say(`  ${each}`);
  }
}

async function patientsIn(file: string): Promise<string[][]> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw new PlusctError('InvalidInput', `--patients ${file}: cannot be read (${cause.code})`, { cause });
  });
  return patientGroups(text, file);
}

/** The cases of each patient who has several, out of a table with the columns `case` (`collection/case`) and `patient`. */
export function patientGroups(text: string, where: string): string[][] {
  const rows = csvParse(text.replace(/^\uFEFF/, ''));
  const cases = new Map<string, string[]>();
  rows.forEach(({ case: name = '', patient = '' }, n) => {
    if (name.trim() === '' || patient.trim() === '') {
      const message = `${where}, line ${n + 2}: has no case or no patient; the columns are case,patient`;
      throw new PlusctError('InvalidInput', message);
    }
    cases.set(patient.trim(), [...(cases.get(patient.trim()) ?? []), name.trim()]);
  });
  return [...cases.values()].filter((own) => own.length > 1);
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
