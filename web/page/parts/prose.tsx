import type { ComponentChildren } from 'preact';
import { closed, sentence } from '../../../domain/sentence.js';

/** A sentence with a capital, unless it begins with the name of a file; what stands between backticks is something to type. */
export function prose(text: string): ComponentChildren {
  const whole = /^[a-z]+[ ,]/.test(text) ? sentence(text) : closed(text);
  return whole.split('`').map((part, at) => (at % 2 === 1 ? <code key={part}>{part}</code> : part));
}
