import { readAgreement, readPeopleFigures } from '../activities/agreement-figures.js';
import type { PublishedBand } from '../domain/agreement.js';
import type { AgreementRow } from '../reports/agreement.js';
import type { Description } from '../reports/statistics.js';
import { printJson, printTable, say, styled } from './output.js';
import { recallLines } from './review.js';
import { chooseCampaign, type Session } from './session.js';

/** `plusct agreement`: double reads beside what is published, and the recall of the review list. */
export async function agreement(
  session: Session,
  named: string | undefined,
  options: { json?: boolean },
): Promise<void> {
  const campaign = await chooseCampaign(session.store, named);
  const figures = await readAgreement(session.store, campaign);
  if (options.json) return printJson(figures);
  const { planned, rows, simulatedPairs, recall } = figures;
  const read = rows.filter((row) => row.collection === undefined).reduce((sum, row) => sum + row.pairs, 0);
  say(styled('bold', `Double reads of ${campaign}: ${read} of ${planned.organs} organs compared`));
  if (rows.length > 0) {
    printTable(
      ['organ', 'collection', 'n', 'DSC', '95 %', 'NSD 1 mm', '95 %', 'published DSC', ''],
      rows.map(cells),
    );
  }
  if (simulatedPairs > 0)
    say(`${simulatedPairs} of these pairs are of simulated people: they say nothing about people.`);
  if (recall !== undefined) for (const line of recallLines(recall)) say(line);
}

function cells({ organ, collection, pairs, bothEmpty, dsc, nsd, band, verdict }: AgreementRow): string[] {
  return [
    organ,
    collection ?? 'all',
    bothEmpty === 0 ? String(pairs) : `${pairs} (${bothEmpty} empty)`,
    figure(dsc.mean),
    interval(dsc),
    figure(nsd.mean),
    interval(nsd),
    bandText(band),
    verdict,
  ];
}

function figure(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}

function interval({ meanCi95 }: Description): string {
  return meanCi95 === null ? '–' : `${meanCi95[0].toFixed(3)}–${meanCi95[1].toFixed(3)}`;
}

function bandText(band: PublishedBand | undefined): string {
  if (band === undefined) return '–';
  const [low, high] = band.dsc;
  return low === high ? String(low) : `${low}–${high}`;
}

/** `plusct people figures`: cases, hours, returns and agreement of everybody. */
export async function peopleFigures(
  session: Session,
  named: string | undefined,
  options: { json?: boolean },
): Promise<void> {
  const campaign = await chooseCampaign(session.store, named);
  const figures = await readPeopleFigures(session.store, campaign);
  if (options.json) return printJson(figures);
  printTable(
    [
      'person',
      'role',
      'cases',
      'drawn',
      'reviewed',
      'verified',
      'reads',
      'hours',
      'returned',
      'rate',
      'agreement DSC',
    ],
    figures.map((each) => [
      each.simulated ? `${each.person} (simulated)` : each.person,
      each.role,
      each.cases,
      each.submissions,
      each.reviews,
      each.verifications,
      each.reads,
      each.hours === undefined ? '–' : each.hours.toFixed(1),
      each.returned,
      each.returnRate === undefined ? '–' : each.returnRate.toFixed(2),
      each.agreement === undefined ? '–' : `${each.agreement.dsc.toFixed(3)} (n ${each.agreement.organs})`,
    ]),
  );
  say('Hours are what tools of people measured; a dash means that nobody measured.');
}
