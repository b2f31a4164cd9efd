/** Text with one mark at its end. It may begin with the name of a file, and so keeps its first letter. */
export function closed(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Prose as a sentence of its own: a capital letter first, one mark at the end. */
export function sentence(text: string): string {
  return closed(`${text.charAt(0).toUpperCase()}${text.slice(1)}`);
}
