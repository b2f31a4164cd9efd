import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { PlusctError } from '../domain/errors.js';
import { projectRoot, resolveHome } from '../infra/home.js';
import { givenPort, isFree, loopback, requireFree } from '../infra/ports.js';
import { readRoster } from '../storage/roster.js';
import { type Console, localOperator, openConsole } from '../web/api/console.js';
import { readOidcSettings } from '../web/api/identity/oidc-settings.js';
import { printJson, printTable, say } from './output.js';
import type { Session } from './session.js';

export interface ServeOptions {
  readonly port?: string;
  readonly host?: string;
  readonly campaign?: string;
  readonly open?: boolean;
  readonly links?: boolean;
  readonly json?: boolean;
}

const firstPort = 8420;
const portsTried = 40;

/** `plusct serve`: runs the console until it is interrupted. */
export async function serve(session: Session, options: ServeOptions): Promise<void> {
  const { url, console: running } = await listen(session, options);
  const link = readOidcSettings(process.env) ? `${url}/` : signInLink(running, url, localOperator);
  const links = options.links ? await signInLinks(session, running, url, options.campaign) : [];
  if (options.json) printJson({ url, signIn: link, links });
  else {
    say(`Console at ${url}\nSign in: ${link}`);
    if (links.length > 0) printTable(['person', 'role', 'sign-in link'], links.map(Object.values));
    say('Ctrl-C ends it.');
    if (options.open !== false && process.stdout.isTTY) openBrowser(link);
  }
  await interrupted();
  await running.close();
}

/** Starts the console on a port of the loopback address. */
export async function listen(
  session: Session,
  options: Pick<ServeOptions, 'port' | 'host'>,
): Promise<{ url: string; console: Console }> {
  const home = resolveHome();
  const host = options.host ?? loopback;
  const oidc = readOidcSettings(process.env);
  if (oidc === undefined && host !== loopback && host !== 'localhost') {
    throw new PlusctError(
      'InvalidInput',
      `--host ${host}: without an identity provider (PLUSCT_OIDC_ISSUER) the console only listens on ${loopback}`,
    );
  }
  const running = await openConsole({
    store: session.store,
    client: () => session.client(),
    queueSuffix: session.config.queueSuffix,
    keyFile: home.consoleFile,
    quarantineFolder: home.quarantineDir,
    logLevel: session.config.logLevel === 'info' ? 'warn' : session.config.logLevel,
    pageFolder: join(projectRoot(), 'dist', 'web', 'page'),
    hosts: [loopback, 'localhost', ...(oidc === undefined ? [] : [new URL(oidc.publicUrl).hostname])],
    ...(oidc === undefined ? {} : { oidc }),
    ...operatorsOf(process.env.PLUSCT_OPERATORS),
  });
  const port = await choosePort(options.port);
  await running.api.listen({ host, port });
  return { url: oidc?.publicUrl ?? `http://${loopback}:${port}`, console: running };
}

/** `PLUSCT_OPERATORS`: person ids, by commas, that are operators of every campaign. */
function operatorsOf(list: string | undefined): { operators?: string[] } {
  return list ? { operators: list.split(',').map((id) => id.trim()) } : {};
}

/** The address that signs a person in; what follows the # never leaves the browser. */
export function signInLink(running: Console, url: string, person: string): string {
  return `${url}/sign-in#token=${running.identity.tokenFor(person)}`;
}

/** A sign-in link for everybody of the campaign, later additions too, who is not simulated. */
export async function signInLinks(
  { store }: Pick<Session, 'store'>,
  running: Console,
  url: string,
  campaign: string | undefined,
): Promise<{ id: string; role: string; link: string }[]> {
  const { chooseCampaign } = await import('./session.js');
  const name = await chooseCampaign(store, campaign);
  return (await readRoster(store, name))
    .filter((person) => !person.simulated)
    .map(({ id, role }) => ({ id, role, link: signInLink(running, url, id) }));
}

async function choosePort(asked: string | undefined): Promise<number> {
  const given = givenPort('--port', asked);
  if (given !== undefined) {
    await requireFree(given, '--port');
    return given;
  }
  for (let port = firstPort; port < firstPort + portsTried; port += 1) if (await isFree(port)) return port;
  throw new PlusctError('InvalidInput', `No port from ${firstPort} on is free: name one with --port`);
}

async function interrupted(): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
}

/** Opens the system's browser where there is one; the address is printed anyway. */
function openBrowser(url: string): void {
  const command = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(command, [url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
