import { noteReopened, reportErratum, requireErratum } from '../activities/errata.js';
import { askTask } from '../activities/task-desk.js';
import { organs } from '../domain/organ.js';
import { isRead, taskIsDone } from '../domain/task-rules.js';
import { type KnownErratum, readErrata } from '../storage/errata.js';
import { tasksOfCase } from '../storage/task-board.js';
import { parseCase } from './case-argument.js';
import { printFittingTable } from './fit-table.js';
import { printJson, refusedExitCode, say, sayRefused, terminalWidth } from './output.js';
import type { ReleaseOptions } from './release.js';
import { chooseCampaign, type Session } from './session.js';
import { WrongOption } from './wrong-option.js';

export interface ReportOptions extends ReleaseOptions {
  readonly release: string;
  readonly case: string;
  readonly organ: string;
  readonly reason: string;
  readonly as: string;
}

/** `plusct release errata report`: puts a fault of a released label on record. */
export async function reportFault(session: Session, options: ReportOptions): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const organ = organs.find((each) => each === options.organ);
  if (organ === undefined)
    throw new WrongOption(`--organ is '${options.organ}'; there are ${organs.join(', ')}`);
  const { release, reason, as: by } = options;
  const report = { campaign, ...parseCase(options.case), organ, release, reason, by, at: new Date() };
  const erratum = await reportErratum(session.store, report);
  if (options.json) return printJson(erratum);
  say(
    `Erratum ${erratum.id} is on record. A lead opens the case again: plusct release errata reopen ${erratum.id} --as LEAD`,
  );
}

/** `plusct release errata list`. */
export async function listErrata(session: Session, options: ReleaseOptions): Promise<void> {
  const campaign = await chooseCampaign(session.store, options.campaign);
  const errata = await readErrata(session.store, campaign);
  if (options.json) return printJson(errata);
  if (errata.length === 0) return say(`No erratum of ${campaign} is on record.`);
  printFittingTable(
    ['id', 'release', 'case', 'organ', 'state', 'reason'],
    errata.map(({ id, release, collection, caseId, organ, state, reason }) => [
      id,
      release,
      `${collection}/${caseId}`,
      organ,
      state,
      reason,
    ]),
    terminalWidth(),
  );
}

/** `plusct release errata reopen ID`: another round of the case, opened by a lead; asking twice opens one. */
export async function reopenForErratum(
  session: Session,
  id: string,
  options: ReleaseOptions & { readonly as: string },
): Promise<void> {
  const { store } = session;
  const campaign = await chooseCampaign(store, options.campaign);
  const erratum = await requireErratum(store, campaign, id);
  if (erratum.state === 'settled') {
    if (options.json) return printJson(erratum);
    return say(
      `Erratum ${id} is settled: round ${erratum.round} of ${erratum.collection}/${erratum.caseId} has ended. Report what is still wrong as another one.`,
    );
  }
  const opened =
    erratum.round === undefined ? await openRound(session, campaign, erratum, options.as) : erratum.round;
  if (typeof opened === 'string') {
    process.exitCode = refusedExitCode;
    if (options.json) return printJson({ refused: opened });
    return sayRefused(opened);
  }
  const known = await noteReopened(store, campaign, id, { round: opened, by: options.as, at: new Date() });
  if (options.json) return printJson(known);
  say(`Round ${opened} of ${erratum.collection}/${erratum.caseId} is open for erratum ${id}.`);
}

/** The number of the round; or why there is none. */
async function openRound(
  session: Session,
  campaign: string,
  { id, collection, caseId, organ, reason, release }: KnownErratum,
  actor: string,
): Promise<number | string> {
  const { store, config } = session;
  const at = { campaign, collection, caseId };
  const newest = (await tasksOfCase(store, at)).filter((task) => !isRead(task)).at(-1);
  const open = newest !== undefined && newest.round > 1 && !taskIsDone(newest);
  if (open && newest.asked !== undefined && !newest.asked.includes(organ))
    return `round ${newest.round} of ${collection}/${caseId} is open for the ${newest.asked.join(' and the ')} only; ask again when it has ended`;
  // A round that is open already settles this one, too.
  if (open) return newest.round;
  if (newest?.reopenedAs !== undefined)
    return `round ${newest.reopenedAs} of ${collection}/${caseId} is about to begin; ask again in a moment`;
  const command = {
    kind: 'reopen',
    actor,
    commandId: `erratum-${id}`,
    reason: `erratum ${id} of release ${release}, ${organ}: ${reason}`,
  } as const;
  const around = { client: await session.client(), store, queueSuffix: config.queueSuffix };
  const { round } = newest ?? { round: 1 };
  const answer = await askTask(around, newest ?? { ...at, round }, command);
  if ('kept' in answer) return 'no worker answered; run `plusct up` and ask again';
  return answer.accepted ? round + 1 : answer.why;
}
