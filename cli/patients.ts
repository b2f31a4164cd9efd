import { addPatientTable } from '../activities/patient-tables.js';
import { patientText } from '../domain/patients.js';
import { requireWorklist } from '../storage/worklists.js';
import { printJson, refusedExitCode, say, sayRefused, styled } from './output.js';
import { readCampaignTable } from './patient-file.js';
import { chooseCampaign, type Session } from './session.js';

interface PatientsOptions {
  readonly campaign?: string;
  readonly as: string;
  readonly reason: string;
  readonly json?: boolean;
}

const namedAtMost = 10;

/** `plusct patients FILE`: a table of patients that came after the build. */
export async function tellPatients(session: Session, path: string, options: PatientsOptions): Promise<void> {
  const { store } = session;
  const campaign = await chooseCampaign(store, options.campaign);
  const { table } = await readCampaignTable(path, campaign, await requireWorklist(store, campaign));
  const decider = { by: options.as, why: options.reason, at: new Date() };
  const added = await addPatientTable(store, campaign, table, decider);
  if ('refused' in added) process.exitCode = refusedExitCode;
  if (options.json) return printJson(added);
  if ('refused' in added) return sayRefused(added.refused);
  const { pairs, groups, parted } = added;
  const count = `${pairs.length} ${pairs.length === 1 ? 'case is' : 'cases are'}`;
  say(`${count} of a patient who has an earlier one; ${campaign} has ${groups} groups now.`);
  if (parted === undefined) return;
  say(styled('yellow', `Release ${parted.version} has ${parted.pairs.length} of them in another part:`));
  for (const { first, second, same } of parted.pairs.slice(0, namedAtMost))
    say(`  ${first} and ${second} (${patientText(same)})`);
  say('The next release brings them together, which makes it a major one.');
}
