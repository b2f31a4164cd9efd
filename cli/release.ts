import { countChangedVoxels, planContent } from '../activities/release-draft.js';
import { type ReleaseEffects, releaseEffects } from '../activities/release-effects.js';
import { readReleaseRecords } from '../activities/release-records.js';
import { releaseRows } from '../activities/release-rows.js';
import { workVolumesInThreads } from '../activities/volume-pool.js';
import { caseName } from '../domain/case-name.js';
import type { ReleaseManifest } from '../domain/release.js';
import type { ReleaseChanges } from '../domain/release-changes.js';
import { diffReleases } from '../domain/release-diff.js';
import { newestVersion, proposedVersion, versionRefusal } from '../domain/release-version.js';
import type { KnownErratum } from '../storage/errata.js';
import { readPublication, readRelease, releaseVersions, requireRelease } from '../storage/releases.js';
import { printFittingTable } from './fit-table.js';
import { printJson, refusedExitCode, say, styled, terminalWidth } from './output.js';
import { type ChoiceOptions, releaseChoice } from './release-options.js';
import { chooseCampaign, type Session } from './session.js';

export interface ReleaseOptions {
  readonly campaign?: string;
  readonly json?: boolean;
}

/** `plusct release plan [VERSION]`: what a release would hold, which version it needs, and what rests on labels that it changes. */
export async function planRelease(
  session: Session,
  asked: string | undefined,
  options: ReleaseOptions & ChoiceOptions,
): Promise<void> {
  const { store } = session;
  const campaign = await chooseCampaign(store, options.campaign);
  const newest = newestVersion(await releaseVersions(store, campaign));
  const previous = newest === undefined ? undefined : await readRelease(store, campaign, newest);
  const choice = releaseChoice(options, previous?.manifest.choice);
  const records = await readReleaseRecords(store, campaign, choice);
  const { selection, content } = planContent({ campaign, version: asked ?? '1.0.0', choice }, records);
  const { changes, cases, settles } = content;
  const { known } = records;
  const proposed = proposedVersion({ known, changes });
  const version = asked === undefined ? undefined : versionRefusal({ asked, known, changes });
  const refusals = [...selection.refusals, ...(version === undefined ? [] : [version])];
  const effects = previous && changes && (await releaseEffects(store, previous.manifest, changes));
  const errata = records.errata.filter(({ state, id }) => state !== 'settled' || settles.includes(id));
  if (refusals.length > 0) process.exitCode = refusedExitCode;
  if (options.json)
    return printJson({
      campaign,
      choice,
      cases: cases.map(caseName),
      leftOut: selection.leftOut,
      refusals,
      previous: previous?.manifest.version ?? null,
      proposed: proposed ?? null,
      changes: changes ?? null,
      errata,
      effects: effects ?? null,
    });
  say(`${cases.length} cases of ${campaign} would be released, ${selection.leftOut.length} left out`);
  for (const each of selection.leftOut) say(`  ${each.case}: ${each.reasons.join('; ')}`);
  if (changes !== undefined && newest !== undefined) printChanges(newest, changes);
  printErrata(errata, settles);
  if (effects !== undefined) printEffects(effects);
  for (const refusal of refusals) say(`${styled('red', 'refused')}: ${refusal}`);
  if (proposed === undefined) say(`Nothing has changed since ${newest}.`);
  else if (refusals.length === 0)
    say(
      `Publish it as ${styled('bold', asked ?? proposed)}: plusct release publish ${asked ?? proposed} --as YOU`,
    );
}

/** `plusct release list`. */
export async function listReleases(session: Session, options: ReleaseOptions): Promise<void> {
  const { store } = session;
  const campaign = await chooseCampaign(store, options.campaign);
  const rows = await releaseRows(store, campaign);
  if (options.json) return printJson(rows);
  if (rows.length === 0) return say(`${campaign} has no release yet; plusct release plan shows the first.`);
  printFittingTable(
    ['version', 'published', 'cases', 'images', 'MB', 'manifest'],
    rows.map(({ version, at, cases, images, bytes, manifestSha256 }) => [
      version,
      at?.slice(0, 10) ?? 'unfinished',
      String(cases),
      images ? 'yes' : 'no',
      (bytes / 1e6).toFixed(1),
      manifestSha256.slice(0, 16),
    ]),
    terminalWidth(),
  );
}

/** `plusct release show VERSION`. */
export async function showRelease(session: Session, version: string, options: ReleaseOptions): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const { manifest, sha256 } = await requireRelease(session.store, campaign, version);
  if (options.json) return printJson({ ...manifest, manifestSha256: sha256 });
  const published = await readPublication(session.store, campaign, version);
  say(styled('bold', `${campaign} ${version}`));
  say(manifest.citation);
  say(`published ${published?.at ?? 'not yet written down'}, manifest ${sha256}`);
  printFittingTable(
    ['case', 'number', 'part', 'licence', 'liver', 'kidney', 'spleen', 'pancreas'],
    manifest.cases.map((item) => [
      caseName(item),
      String(item.number),
      item.part,
      item.licence,
      ...item.organs.map(({ origin, state }) => origin ?? state),
    ]),
    terminalWidth(),
  );
  if (manifest.changes !== undefined) printChanges(manifest.previous?.version ?? '', manifest.changes);
  for (const { case: name, reasons } of manifest.leftOut) say(`left out: ${name}: ${reasons.join('; ')}`);
}

/** `plusct release diff FROM TO`: what lies between two releases, with the voxels that came and went. */
export async function diffRelease(
  session: Session,
  from: string,
  to: string,
  options: ReleaseOptions,
): Promise<void> {
  const { store } = session;
  const campaign = await chooseCampaign(store, options.campaign);
  const [before, after] = await Promise.all(
    [from, to].map((version) => requireRelease(store, campaign, version)),
  );
  const changes = await counted(session, campaign, before!.manifest, after!.manifest);
  if (options.json) return printJson({ from, to, ...changes });
  printChanges(from, changes);
}

async function counted(
  { store }: Session,
  campaign: string,
  before: ReleaseManifest,
  after: ReleaseManifest,
): Promise<ReleaseChanges> {
  const changes = diffReleases(before, after);
  const work = workVolumesInThreads(1);
  try {
    return { ...changes, changed: await countChangedVoxels({ store, work }, campaign, changes.changed) };
  } finally {
    await work.close();
  }
}

function printChanges(
  since: string,
  { added, removed, changed, dataset, step, because }: ReleaseChanges,
): void {
  say(
    `Since ${since}: ${added.length} cases came in, ${removed.length} were taken out, ${changed.length} changed`,
  );
  for (const name of added) say(`  + ${name}`);
  for (const name of removed) say(`  - ${name}`);
  for (const { case: name, organs, fields } of changed) {
    for (const { organ, before, after, addedVoxels, removedVoxels } of organs) {
      const moved = addedVoxels === undefined ? '' : ` (+${addedVoxels} −${removedVoxels})`;
      const origin =
        before.origin === after.origin
          ? ''
          : `, ${before.origin ?? before.state} → ${after.origin ?? after.state}`;
      say(`  ~ ${name}: ${organ} ${before.voxels ?? 0} → ${after.voxels ?? 0} voxels${moved}${origin}`);
    }
    for (const { field, before, after } of fields)
      say(`  ~ ${name}: ${field}${after === undefined ? '' : ` ${before ?? 'none'} → ${after}`}`);
  }
  for (const line of dataset) say(`  ~ ${line}`);
  if (step !== undefined) say(`This needs a ${step} step: ${because.join('; ')}`);
}

function printErrata(errata: readonly KnownErratum[], settles: readonly string[]): void {
  for (const { id, collection, caseId, organ, state, reason } of errata) {
    const how = settles.includes(id) ? 'settled by this release' : `still ${state}`;
    say(`  erratum ${id}: ${organ} of ${collection}/${caseId}, ${how}: ${reason}`);
  }
}

function printEffects({ evaluations, rounds, models }: ReleaseEffects): void {
  for (const { id, cases } of evaluations)
    say(`  evaluation ${id} judged labels that change: ${cases.join(', ')}`);
  for (const { number, taught, judged } of rounds) {
    if (taught.length > 0) say(`  round ${number} taught with labels that change: ${taught.join(', ')}`);
    if (judged.length > 0) say(`  round ${number} judged by labels that change: ${judged.join(', ')}`);
  }
  for (const { modelId, cases, through } of models)
    say(
      through === undefined
        ? `  model ${modelId} was trained on labels that change: ${cases.join(', ')}`
        : `  model ${modelId} learned from model ${through}`,
    );
}
