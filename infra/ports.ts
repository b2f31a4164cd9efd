import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { PlusctError } from '../domain/errors.js';
import { waitUntil } from './process.js';

export const loopback = '127.0.0.1';
/** The object server reaches some of its own gRPC ports by adding this to the HTTP port. */
export const grpcOffset = 10_000;

/** True if a server can listen on `port` of the loopback address now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: loopback, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * Finds `count` ports, each free together with the one 10,000 above it. They lie in 20000–22767 and 30000–32767, below the
 * range from which the system takes ports for outgoing connections: one of those could otherwise sit on the port of a server
 * that is being restarted.
 */
export async function freePorts(count: number): Promise<number[]> {
  const [first, size] = [20_000, 2_768];
  const start = randomInt(size);
  const found: number[] = [];
  for (let step = 0; step < size && found.length < count; step++) {
    const port = first + ((start + step) % size);
    if ((await isFree(port)) && (await isFree(port + grpcOffset))) found.push(port);
  }
  if (found.length < count) {
    throw new PlusctError(
      'InvalidInput',
      `No ${count} free ports between 20000 and 22767: stop other servers and start again.`,
    );
  }
  return found;
}

/** True if all these ports are free now or in a moment: a server that has just ended may hold them a little longer. */
export function freeSoon(ports: readonly number[], timeoutMs = 2_000): Promise<boolean> {
  return waitUntil(async () => (await Promise.all(ports.map(isFree))).every(Boolean), {
    timeoutMs,
    intervalMs: 100,
  });
}

/** Reads a port from environment variable `name`, if it is set. */
export function givenPort(name: string, value: string | undefined): number | undefined {
  if (!value) return undefined;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new PlusctError(
      'InvalidInput',
      `${name}=${value} is no port: give a whole number from 1 to 65535, or unset it.`,
    );
  }
  return port;
}

/** Refuses a port that the user asked for and somebody else holds. */
export async function requireFree(port: number, name: string): Promise<void> {
  if (await isFree(port)) return;
  throw new PlusctError(
    'InvalidInput',
    `Port ${port} (${name}) is in use by another program: stop that program, or unset ${name} and plusct finds a free port.`,
  );
}

/**
 * True if a server did not start because somebody else took its port after it was found free. The servers say so in their last
 * words, which the error carries.
 */
export function lostPort(error: unknown): boolean {
  const words = error instanceof Error ? error.message : '';
  return /address already in use|port \d+ .*is not available/i.test(words);
}
