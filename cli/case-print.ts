import type { CaseView, OrganView } from '../domain/case-view.js';
import { licenceObstacles, licenceUses } from '../domain/licence.js';
import { closed, sentence } from '../domain/sentence.js';
import { printFittingTable } from './fit-table.js';
import { say, styled, terminalWidth, wrapped } from './output.js';

/** One case for a person to read: where it is from, how its grid lies, who made which organ under which licence. */
export function printPassport(view: CaseView): void {
  const { passport } = view;
  say(styled('bold', `${view.name} – ${view.status}, ${view.stage}`));
  line('subset', passport.subset);
  line('copy', passport.copy);
  line(
    'licence',
    view.licence === passport.licence
      ? view.licence
      : `${passport.licence} at the source; with all labels ${view.licence}`,
  );
  for (const use of licenceUses) {
    const obstacles = licenceObstacles(view.licence, use);
    line(`  ${use}`, obstacles.length === 0 ? 'allowed' : `no: ${obstacles.join('; ')}`);
  }
  line('cite', passport.citation);
  printVolume(view);
  for (const file of passport.sourceFiles.slice(0, shownFiles)) {
    line('file', `${file.path} (${file.bytes} bytes, sha256 ${file.sha256.slice(0, 16)}…)`);
  }
  const more = passport.sourceFiles.length - shownFiles;
  if (more > 0) line('', `and ${more} more files`);
  printIdentity(view);
  printOrgans(view.organs);
  if (view.reviewer !== undefined) line('approved by', view.reviewer);
  if (view.verifier !== undefined) line('verified by', view.verifier);
  say('');
  for (const { severity, code, message, suggestion } of view.findings) {
    say(`${severity.padEnd(11)} ${code}`);
    say(wrapped(`${closed(message)} ${sentence(suggestion)}`, 12));
  }
  if (view.findings.length === 0) say('No findings.');
}

const shownFiles = 4;

function line(name: string, text: string): void {
  say(`${name.padEnd(15)} ${text}`);
}

function printVolume({ passport: { geometry, voxels } }: CaseView): void {
  if (geometry !== undefined) {
    const sides = geometry.spacingMm.map((side) => Number(side.toPrecision(5))).join('×');
    line(
      'grid',
      `${geometry.shape.join('×')} voxels of ${sides} mm, ${geometry.axisCodes}, by ${geometry.decidedBy}`,
    );
    for (const { why } of geometry.repairs) line('  repaired', why);
  }
  if (voxels !== undefined) {
    line('voxels', `${voxels.minHu} to ${voxels.maxHu} HU, sha256 ${voxels.voxelSha256.slice(0, 16)}…`);
  }
}

function printIdentity({ passport: { identity } }: CaseView): void {
  if (identity === undefined) {
    line('identity', 'not checked');
    return;
  }
  const { files, fields, retained, privateElements, profile, rules } = identity;
  line(
    'identity',
    `${files} files, ${fields} fields checked, ${privateElements} private; ${profile}; ${rules}`,
  );
  if (identity.stated !== undefined) line('  stated', identity.stated);
  if (retained.length > 0) line('  kept', [...new Set(retained.map((each) => each.field))].join(', '));
}

function printOrgans(all: readonly OrganView[]): void {
  say('');
  const rows = all.map(({ organ, origin, author, model, editors, licence, volumeMl }) => [
    organ,
    origin,
    author ?? '',
    model ?? '',
    editors.join(', '),
    volumeMl === undefined ? '' : String(volumeMl),
    licence ?? '',
  ]);
  printFittingTable(
    ['organ', 'origin', 'author', 'model', 'drawn by', 'ml', 'licence'],
    rows,
    terminalWidth(),
  );
}
