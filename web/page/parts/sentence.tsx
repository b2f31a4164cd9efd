import type { ComponentChildren } from 'preact';

/** With a capital, unless it begins with a name, and a full stop; what stands between backticks is something to type. */
export function sentence(text: string): ComponentChildren {
  const start = /^[a-z]+[ ,]/.test(text) ? `${text.charAt(0).toUpperCase()}${text.slice(1)}` : text;
  const whole = /[.!?]$/.test(text) ? start : `${start}.`;
  return whole.split('`').map((part, at) => (at % 2 === 1 ? <code key={part}>{part}</code> : part));
}
