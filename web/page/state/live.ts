import { effect, signal } from '@preact/signals';
import type { Change } from '../../api/schemas/change.js';
import { inCampaign } from './api.js';
import { route } from './router.js';
import { membership } from './session.js';

/** `off` without a campaign of one's own, `waiting` while the browser connects again by itself. */
export const liveState = signal<'off' | 'waiting' | 'open'>('off');

type Listener = (changes: readonly Change[]) => void;
const listeners = new Set<Listener>();
const gatherMs = 400;

/** Calls `listener` with what changed in the campaign, gathered over a moment; returns how to stop. */
export function onChanges(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Keeps one event stream open for the campaign of the address. */
export function followCampaign(): void {
  effect(() => {
    const { campaign } = route.value;
    if (membership.value === undefined || campaign === undefined) {
      liveState.value = 'off';
      return undefined;
    }
    return listen(campaign);
  });
}

function listen(campaign: string): () => void {
  const source = new EventSource(inCampaign(campaign, 'events'));
  let gathered: Change[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    timer = undefined;
    const changes = gathered;
    gathered = [];
    for (const listener of listeners) listener(changes);
  };
  const take = (event: MessageEvent<string>) => {
    const change: Change = JSON.parse(event.data);
    gathered.push(change);
    timer ??= setTimeout(tell, gatherMs);
  };
  liveState.value = 'waiting';
  source.onopen = () => {
    liveState.value = 'open';
  };
  source.onerror = () => {
    liveState.value = 'waiting';
  };
  source.onmessage = take;
  source.addEventListener('change', take);
  return () => {
    source.close();
    clearTimeout(timer);
  };
}
