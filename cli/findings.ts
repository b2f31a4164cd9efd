import { type CampaignStatus, type CaseFinding, readCampaignStatus } from '../activities/campaign-status.js';
import { type AskedDecision, decide } from '../activities/decide.js';
import { caseName } from '../domain/case-name.js';
import type { Decision } from '../domain/decision.js';
import { caseStatusOf } from '../domain/finding.js';
import { type FindingCode, findingCatalogue, findingCodes, severities } from '../domain/finding-catalogue.js';
import { sentence } from '../domain/sentence.js';
import { parseCase } from './case-argument.js';
import { bySeverity, severityColours } from './inspect-print.js';
import { cut, printJson, refusedExitCode, say, sayRefused, styled, terminalWidth } from './output.js';
import { chooseCampaign, type Session } from './session.js';
import { WrongOption } from './wrong-option.js';

export interface FindingsOptions {
  readonly code?: string;
  readonly severity?: string;
  readonly case?: string;
  readonly json?: boolean;
}

export interface DecideOptions {
  readonly campaign?: string;
  readonly reason: string;
  readonly as: string;
  readonly withoutLabel?: boolean;
  readonly json?: boolean;
}

/** `plusct findings`: what was found in a campaign's data, and what waits for a decision. */
export async function findings(
  session: Session,
  campaign: string | undefined,
  options: FindingsOptions,
): Promise<void> {
  const wanted = filterOf(options);
  const name = await chooseCampaign(session.store, campaign);
  const status = await readCampaignStatus(session.store, name);
  const shown = status.findings.filter(wanted);
  const held = heldCases(status).filter((each) => options.case === undefined || each.name === options.case);
  const decisions = status.decisions.filter(
    (each) => options.case === undefined || caseName(each) === options.case,
  );
  if (options.json) return printJson({ campaign: name, findings: shown, held, decisions });
  say(styled('bold', `Campaign ${name}: ${shown.length} ${shown.length === 1 ? 'finding' : 'findings'}`));
  printGroups(shown);
  printHeld(held);
  printDecisions(decisions);
}

/** A case that waits for a person, and what that person can do. */
export interface HeldCase {
  readonly name: string;
  readonly codes: readonly FindingCode[];
  /** False where a file cannot be read: then only leaving the case out is possible. */
  readonly acceptable: boolean;
}

/** Cases that are held back and on which nobody has decided. */
export function heldCases({
  findings: all,
  decisions,
}: Pick<CampaignStatus, 'findings' | 'decisions'>): HeldCase[] {
  const decided = new Set(decisions.map(caseName));
  const byCase = new Map<string, CaseFinding[]>();
  for (const each of all) {
    // A case that stopped later is taken up by building again; nobody has to decide on it.
    if (each.caseId === undefined || each.code === 'PROCESSING_FAILED') continue;
    const name = caseName({ collection: each.collection, caseId: each.caseId });
    byCase.set(name, [...(byCase.get(name) ?? []), each]);
  }
  return [...byCase]
    .filter(([name, own]) => !decided.has(name) && caseStatusOf(own) === 'quarantined')
    .map(([name, own]) => {
      const holding = own.filter((each) => each.severity === 'reject' || each.severity === 'quarantine');
      const codes = [...new Set(holding.map((each) => each.code))];
      return { name, codes, acceptable: holding.every((each) => each.severity === 'quarantine') };
    });
}

/** `plusct findings accept` and `exclude`: a person's decision on a case, put on record. */
export async function decideCase(
  session: Session,
  verdict: Decision['verdict'],
  text: string,
  options: DecideOptions,
): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const at = { campaign, ...parseCase(text) };
  const asked: AskedDecision = {
    verdict,
    withoutLabel: options.withoutLabel === true,
    by: needed('--as', options.as),
    reason: needed('--reason', options.reason),
    at: new Date().toISOString(),
  };
  const answer = await decide(session.store, at, asked);
  if (options.json) printJson(answer);
  else if ('refused' in answer) sayRefused(`${text}: ${answer.refused}`);
  else {
    say(`${text}: ${verdict === 'accept' ? 'accepted' : 'excluded'}, on record.`);
    say(
      `A build that reads its cases from now on goes by it; \`plusct build\` takes a finished campaign up again.`,
    );
  }
  if ('refused' in answer) process.exitCode = refusedExitCode;
}

function needed(option: string, text: string): string {
  if (text.trim() !== '') return text.trim();
  throw new WrongOption(`${option} is empty: it goes on record`);
}

function filterOf({ code, severity, case: text }: FindingsOptions): (each: CaseFinding) => boolean {
  const codes: readonly string[] = findingCodes;
  const ranks: readonly string[] = severities;
  if (code !== undefined && !codes.includes(code)) {
    throw new WrongOption(`--code ${code}: there is no such code; docs/findings.md lists them`);
  }
  if (severity !== undefined && !ranks.includes(severity)) {
    throw new WrongOption(`--severity ${severity}: expected ${severities.join(', ')}`);
  }
  const at = text === undefined ? undefined : parseCase(text);
  return (each) =>
    (code === undefined || each.code === code) &&
    (severity === undefined || each.severity === severity) &&
    (at === undefined || (each.collection === at.collection && each.caseId === at.caseId));
}

const nameWidth = 28;
/** Cases of one code that are listed one by one. */
const mostListed = 12;

function printGroups(shown: readonly CaseFinding[]): void {
  const groups = new Map<FindingCode, CaseFinding[]>();
  for (const each of bySeverity(shown)) groups.set(each.code, [...(groups.get(each.code) ?? []), each]);
  for (const [code, own] of groups) {
    const { severity, means } = findingCatalogue[code];
    say('');
    say(`${styled(severityColours[severity], severity)}  ${styled('bold', code)}  ${own.length}×  ${means}`);
    for (const each of own.slice(0, mostListed)) {
      const name = each.caseId === undefined ? each.collection : `${each.collection}/${each.caseId}`;
      // The name of the file begins every message; the case says where to look.
      const message = each.message.replace(`${each.where}: `, '');
      say(cut(`  ${name.padEnd(nameWidth)} ${message}`, terminalWidth()));
    }
    if (own.length > mostListed)
      say(`  … and ${own.length - mostListed} more: --code ${code} --json lists them`);
    const advice = new Set(own.map((each) => each.suggestion));
    if (advice.size === 1) say(styled('dim', `  ${sentence([...advice].join())}`));
  }
}

function printHeld(held: readonly HeldCase[]): void {
  if (held.length === 0) return;
  say('');
  say(styled('bold', `Held back, waiting for a decision (${held.length})`));
  for (const { name, codes, acceptable } of held) {
    const can = acceptable ? 'accept or exclude' : 'mend the files, or exclude';
    say(cut(`  ${name.padEnd(nameWidth)} ${can}: ${codes.join(', ')}`, terminalWidth()));
  }
  const example = held.find((each) => each.acceptable);
  if (example !== undefined) {
    say(
      `  plusct findings accept ${example.name} --reason "…" --as NAME    (--without-label: use the image only)`,
    );
  }
  say(`  plusct findings exclude ${held[0]!.name} --reason "…" --as NAME`);
}

function printDecisions(decisions: readonly Decision[]): void {
  if (decisions.length === 0) return;
  say('');
  say(styled('bold', `Decided (${decisions.length})`));
  for (const each of decisions) {
    const what = each.verdict === 'exclude' ? 'excluded' : 'accepted';
    const label = each.verdict === 'accept' && each.withoutLabel ? ' without a label' : '';
    say(
      cut(
        `  ${caseName(each).padEnd(nameWidth)} ${what}${label} by ${each.by}: ${each.reason}`,
        terminalWidth(),
      ),
    );
  }
}
