import { createHash } from 'node:crypto';

/** A UID that follows from its input: 2.25 and a UUID of version 8 made of its SHA-256 (DICOM PS3.5 B.2, RFC 9562 5.8). */
export function uidFrom(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  const bytes = hash.digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${bytes.toString('hex')}`)}`;
}
