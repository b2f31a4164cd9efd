import { devicesOf } from '../activities/campaign-devices.js';
import {
  type CampaignStatus,
  evaluationsOf,
  readCampaignStatus,
  readEvaluation,
} from '../activities/campaign-status.js';
import { seenDevices } from '../activities/seen-devices.js';
import { collectionFacts } from '../domain/collection.js';
import type { SeenDevice } from '../domain/device-state.js';
import { closed, sentence } from '../domain/sentence.js';
import { printFittingTable } from './fit-table.js';
import { missingDevices } from './missing-devices.js';
import { cut, printJson, say, styled, terminalWidth, wrapped } from './output.js';
import { printScores } from './score-print.js';
import { chooseCampaign, type Session } from './session.js';

/** `plusct status`: per collection and stage how many cases, who has to act, and what is wrong with data. */
export async function status(
  session: Session,
  campaign: string | undefined,
  options: { json?: boolean; all?: boolean },
): Promise<void> {
  const name = await chooseCampaign(session.store, campaign);
  const now = await readCampaignStatus(session.store, name);
  const evaluations = await evaluationsOf(session.store, name);
  const devices = await seenDevices(session.store, session.client);
  const missing = isUnfinished(now)
    ? missingDevices((await devicesOf(session.store, name)).devices, devices)
    : [];
  if (options.json) return printJson({ ...now, evaluations, devices });
  printCollections(now);
  printDevices(devices);
  for (const line of missing) say(`\n${styled('yellow', line)}`);
  printFindings(now, options.all === true);
  const newest = evaluations.at(-1);
  const summary = newest === undefined ? undefined : await readEvaluation(session.store, newest);
  if (summary !== undefined) printScores(summary);
  for (const key of now.datasetKeys) say(`\nDataset s3://${session.config.s3.bucket}/${key}`);
}

function isUnfinished({ collections }: CampaignStatus): boolean {
  return collections.some(
    ({ listed, ingested, quarantined, excluded, finished }) =>
      finished < Math.max(listed, ingested) - quarantined - excluded,
  );
}

function printCollections(now: CampaignStatus): void {
  say(`${styled('bold', `Campaign ${now.campaign}`)} (${now.refine} refinement)`);
  printFittingTable(
    [
      'collection',
      'listed',
      'ingested',
      'held',
      'left out',
      'proposed',
      'junior',
      'certified',
      'senior',
      'finished',
    ],
    now.collections.map((each) => [
      collectionFacts[each.collection].title,
      ...[each.listed, each.ingested, each.quarantined, each.excluded, each.preLabelled].map(String),
      ...[each.waiting.junior, each.waiting.certified, each.waiting.senior, each.finished].map(String),
    ]),
    terminalWidth(),
  );
}

/** Devices that take no work because something is wrong with them. */
function printDevices(devices: readonly SeenDevice[]): void {
  const failed = devices.filter(({ state }) => state === 'failed' || state === 'lost');
  if (failed.length === 0) return;
  say('');
  say(styled('bold', `Devices that take no work (${failed.length} of ${devices.length})`));
  for (const { device, hardwareClass, at, reason } of failed) {
    const name = hardwareClass === undefined ? device : `${device} (${hardwareClass})`;
    say(styled('red', `${name} since ${at.slice(0, 16).replace('T', ' ')}: ${reason}`));
  }
}

const ranks = ['reject', 'quarantine', 'exclude', 'flag', 'note'];
const colours = { reject: 'red', quarantine: 'red', exclude: 'yellow', flag: 'yellow', note: 'dim' } as const;

function printFindings(now: CampaignStatus, all: boolean): void {
  const ordered = [...now.findings].sort((a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity));
  const shown = all ? ordered : ordered.filter((each) => each.severity !== 'note');
  const notes = ordered.length - shown.length;
  say('');
  say(
    styled('bold', `Findings (${ordered.length})`) +
      (notes > 0 ? ` – ${notes} notes not shown, see --all` : ''),
  );
  for (const each of shown) {
    const where = each.caseId === undefined ? each.collection : `${each.collection}/${each.caseId}`;
    say(cut(`${each.severity.padEnd(10)} ${each.code.padEnd(20)} ${where}`, terminalWidth()));
    const text = wrapped(`${closed(each.message)} ${sentence(each.suggestion)}`, 11);
    say(styled(colours[each.severity], text));
  }
}
