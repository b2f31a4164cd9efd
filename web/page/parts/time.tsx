import { signal } from '@preact/signals';

/** The time in milliseconds, moved on every half minute, so that ages and deadlines stay true. */
export const nowMs = signal(Date.now());
setInterval(() => {
  nowMs.value = Date.now();
}, 30_000);

/** A moment in the reader's own way of writing it. */
export function moment(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** `3 min`, `5 h`, `2 d`. */
export function span(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 90) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

function agoWords(ms: number): string {
  return ms < 60_000 ? 'just now' : `${span(ms)} ago`;
}

/** How long ago something was; the moment itself on hovering. */
export function Ago({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={moment(at)}>
      {agoWords(nowMs.value - Date.parse(at))}
    </time>
  );
}

interface UntilProps {
  readonly at: string;
  /** Most of the time is over, and its holder was reminded of it. */
  readonly reminded?: boolean | undefined;
}

/** How long until a deadline, in a warning colour when it is near. */
export function Until({ at, reminded = false }: UntilProps) {
  const leftMs = Date.parse(at) - nowMs.value;
  const look = leftMs < 30 * 60_000 ? 'bad' : reminded || leftMs < 2 * 3_600_000 ? 'warn' : '';
  return (
    <time class={`badge ${look}`} dateTime={at} title={`until ${moment(at)}`}>
      {leftMs > 0 ? `${span(leftMs)} left` : 'over'}
    </time>
  );
}
