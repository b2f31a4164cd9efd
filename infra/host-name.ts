import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Processes and locks are told apart by numbers that mean something within one host, or one container, only: each has a folder of its
 * own where several share the engines.
 */
export function hostName(): string {
  const host = hostname()
    .replace(/[^A-Za-z0-9.-]/g, '-')
    .slice(0, 40);
  try {
    const [, namespace] = /\[(\d+)\]/.exec(readlinkSync('/proc/self/ns/pid')) ?? [];
    return namespace === undefined || namespace === hostNamespace ? host : `${host}-${namespace}`;
  } catch {
    return host;
  }
}
/** The number that Linux gives to the processes of the host itself. */
const hostNamespace = '4026531836';
