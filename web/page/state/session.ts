import { computed, signal } from '@preact/signals';
import type { Action } from '../../../domain/permissions.js';
import type { Me, Membership, SignInMethods } from '../../api/schemas/me.js';
import { ApiProblem, address, getJson, sendJson, useCsrfToken } from './api.js';
import { route } from './router.js';

/** `undefined` before it is known, `null` when nobody is signed in. */
export const me = signal<Me | null | undefined>(undefined);
export const signInProblem = signal<unknown>(undefined);

/** The campaign of the address, as the person who is signed in belongs to it. */
export const membership = computed<Membership | undefined>(() => {
  const campaigns = me.value?.campaigns ?? [];
  const { campaign } = route.value;
  return campaigns.find((each) => each.campaign === campaign);
});

export function may(action: Action): boolean {
  return membership.value?.actions.includes(action) ?? false;
}

/** Finds out who is signed in. A token in the address (the sign-in link) is used once and wiped from the address. */
export async function openSession(): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token !== null) {
    history.replaceState(null, '', location.pathname);
    await signIn(token);
    return;
  }
  try {
    admit(await getJson<Me>(address('me')));
  } catch (error) {
    if (!(error instanceof ApiProblem && error.body.status === 401)) signInProblem.value = error;
    me.value = null;
  }
}

export async function signIn(token: string): Promise<void> {
  try {
    admit(await sendJson<Me>(address('session'), { token: token.trim() }));
    signInProblem.value = undefined;
  } catch (error) {
    signInProblem.value = error;
    me.value = null;
  }
}

export async function signOut(): Promise<void> {
  await sendJson(address('session'), undefined, 'DELETE').catch(() => undefined);
  useCsrfToken(undefined);
  me.value = null;
}

/** Leads to the identity provider of the institution and back. */
export const signInAddress = address('sign-in');

export function signInMethods(): Promise<SignInMethods> {
  return getJson<SignInMethods>(address('sign-in', 'methods'));
}

function admit(who: Me): void {
  useCsrfToken(who.csrfToken);
  me.value = who;
}
