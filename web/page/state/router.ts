import { computed, signal } from '@preact/signals';

const path = signal(location.pathname);
addEventListener('popstate', () => {
  path.value = location.pathname;
});

/** Pages of a campaign: `/c/{campaign}/{page}/…`. */
export const pageNames = [
  'overview',
  'work',
  'review',
  'people',
  'audit',
  'evaluations',
  'models',
  'releases',
  'case',
] as const;
export type PageName = (typeof pageNames)[number];

export interface Route {
  readonly campaign: string | undefined;
  readonly page: PageName;
  /** What follows the page's name: `[collection, case]`, or an evaluation. */
  readonly rest: readonly string[];
}

/** Where the browser is. */
export const route = computed<Route>(() => {
  const [start, campaign, page, ...rest] = path.value.split('/').filter(Boolean).map(decoded);
  const known = pageNames.find((each) => each === page) ?? 'overview';
  return start === 'c' ? { campaign, page: known, rest } : { campaign: undefined, page: known, rest: [] };
});

/** A part of an address as it was meant; one that nobody can have meant stays as it is. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The address of a page. */
export function pageAddress(campaign: string, page: PageName, ...rest: readonly string[]): string {
  return `/c/${[campaign, page, ...rest].map(encodeURIComponent).join('/')}`;
}

/** Goes to an address without loading the page anew. */
export function go(to: string, replace = false): void {
  if (replace) history.replaceState(null, '', to);
  else history.pushState(null, '', to);
  path.value = location.pathname;
}

/** For links: goes there within the page, unless the reader asked for a new tab. */
export function follow(event: MouseEvent): void {
  const link = event.currentTarget;
  if (!(link instanceof HTMLAnchorElement) || event.metaKey || event.ctrlKey || event.button !== 0) return;
  event.preventDefault();
  go(new URL(link.href).pathname);
}
