import { readCaseViews } from '../activities/case-views.js';
import { chooseForExport, type ExportChoice, type FinishedCase } from '../domain/export-choice.js';
import { type LicenceUse, licenceUses } from '../domain/licence.js';
import { isGzip } from '../imaging/inflate.js';
import { citationLines, licencePage } from '../reports/licence-page.js';
import { getContent } from '../storage/content.js';
import type { ObjectStore } from '../storage/object-store.js';
import { caseQuery } from './cases.js';
import { exportBlind } from './export-blind.js';
import { ExportFolder } from './export-folder.js';
import { printJson, say } from './output.js';
import { chooseCampaign, type Session } from './session.js';
import { WrongOption } from './wrong-option.js';

export interface ExportOptions {
  readonly out: string;
  readonly where?: string;
  readonly licenceAllows: readonly string[];
  /** False: licences of training data do not bind what a model proposed. */
  readonly trainingBinds: boolean;
  readonly images?: boolean;
  readonly blind?: string;
  readonly key?: string;
  readonly format: string;
  readonly json?: boolean;
}

/** `plusct export`: finished label maps of chosen cases, with their passports, licences and citations. */
export async function exportCases(
  session: Session,
  campaign: string | undefined,
  options: ExportOptions,
): Promise<void> {
  const uses = options.licenceAllows.map(licenceUse);
  const holds = caseQuery(options.where);
  if (options.blind === undefined && options.key !== undefined)
    throw new WrongOption('--key is for --blind: without it nothing is hidden');
  const name = await chooseCampaign(session.store, campaign);
  const views = await readCaseViews(session.store, name, { modelsBind: options.trainingBinds });
  const choice = chooseForExport(views, holds, uses);
  if (choice.chosen.length > 0) await writeExport(session.store, choice, options);
  const { leftOut } = choice;
  if (options.json)
    return printJson({ out: options.out, cases: choice.chosen.map((view) => view.name), leftOut });
  say(`${choice.chosen.length} cases of ${name} written to ${options.out}, ${leftOut.length} left out`);
  for (const each of leftOut) say(`  ${each.name}: ${each.reasons.join('; ')}`);
}

/** A use as `--licence-allows` names it. */
export function licenceUse(text: string): LicenceUse {
  const found = licenceUses.find((use) => use === text);
  if (found !== undefined) return found;
  throw new WrongOption(`--licence-allows ${text}: expected ${licenceUses.join(', ')}`);
}

async function writeExport(store: ObjectStore, choice: ExportChoice, options: ExportOptions): Promise<void> {
  const pages = {
    'LICENCES.md': licencePage(choice, options.trainingBinds),
    'CITATIONS.txt': citationLines(choice),
    'passports.jsonl': choice.chosen.map((view) => `${JSON.stringify(published(view))}\n`).join(''),
  };
  if (options.blind !== undefined) {
    const key = options.key ?? `${options.out.replace(/\/+$/, '')}.key`;
    return exportBlind(store, choice.chosen, { seed: options.blind, out: options.out, key, pages });
  }
  const folder = new ExportFolder(options.out);
  for (const view of choice.chosen) {
    await folder.write(labelMapName(view), await getContent(store, view.result.labelMap));
    if (!options.images) continue;
    const image = await getContent(store, view.passport.image!);
    await folder.write(`images/${view.name}.nii${isGzip(image) ? '.gz' : ''}`, image);
  }
  for (const [file, text] of Object.entries(pages)) await folder.write(file, text);
}

const labelMapName = ({ name }: FinishedCase): string => `${name}.nii.gz`;

/** A case's line in `passports.jsonl`. */
function published(view: FinishedCase) {
  const { nativeHeader, ...passport } = view.passport;
  const { sha256, bytes } = view.result.labelMap;
  return { ...view, passport, labelMap: { file: labelMapName(view), sha256, bytes } };
}
