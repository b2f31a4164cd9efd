/** A piece of HTML that is safe to put into a page. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | readonly Html[] | undefined;

/** Template for HTML: text is escaped, `Html` and lists of it are put in as they are, undefined is nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const filled = strings.map((text, at) => text + (at < parts.length ? textOf(parts[at]) : ''));
  return new Html(filled.join(''));
}

function textOf(part: Part): string {
  if (part === undefined) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map((each) => each.text).join('\n');
  return escapeText(String(part));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

/** A table; the first column is text, the others are figures. */
export function table(head: readonly (string | Html)[], rows: readonly (readonly (string | Html)[])[]): Html {
  const cells = (tag: 'td' | 'th', row: readonly (string | Html)[]): Html[] =>
    row.map((cell) => new Html(`<${tag}>${textOf(cell)}</${tag}>`));
  return html`<div class="scroll"><table>
<thead><tr>${cells('th', head)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${cells('td', row)}</tr>`)}</tbody>
</table></div>`;
}

/** A figure with its n below it. */
export function withN(text: string, n: number): Html {
  return html`${text}<small>n ${n}</small>`;
}
