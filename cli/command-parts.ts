import { Option } from 'commander';
import type { Session } from './session.js';

/** Opens a session, runs the command, closes. Modules are loaded when their command is: `--help` stays quick. */
export async function withSession(work: (session: Session) => Promise<void>): Promise<void> {
  const { openSession } = await import('./session.js');
  const session = openSession();
  try {
    await work(session);
  } finally {
    await session.close();
  }
}

export const campaignOption = () =>
  new Option('--campaign <name>', 'campaign; needed when there are several');
export const patientsOption = (so: string) => new Option('--patients <file>', `CSV of case,patient: ${so}`);
export const jsonOption = () => new Option('--json', 'print JSON for programs');
export const collect = (value: string, before: string[]): string[] => [...before, value];
