import { createHash } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { z } from 'zod';
import type { SignInUnderWay } from './oidc.js';

export const signInCookieName = 'plusct_sign_in';
/** How long somebody may take at the provider. */
export const signInSeconds = 600;
const audience = 'plusct-sign-in';

const UnderWay = z.object({ state: z.string(), nonce: z.string(), verifier: z.string() });

/** What has to be known when a browser comes back from the provider, in a cookie that only this server can read or make. */
export function sealSignIn(underWay: SignInUnderWay, secret: string): Promise<string> {
  return new EncryptJWT({ ...underWay })
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .setAudience(audience)
    .setExpirationTime(`${signInSeconds}s`)
    .encrypt(keyOf(secret));
}

/** Undefined for a cookie that is too old or not this server's. */
export async function openSignIn(cookie: string, secret: string): Promise<SignInUnderWay | undefined> {
  try {
    const { payload } = await jwtDecrypt(cookie, keyOf(secret), { audience });
    return UnderWay.parse(payload);
  } catch {
    return undefined;
  }
}

function keyOf(secret: string): Uint8Array {
  return createHash('sha256').update(`sign-in ${secret}`).digest();
}
