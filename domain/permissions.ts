import { type Role, roles, workingRoles } from './role.js';

/** What an API token may be used for; a person who is signed in has all of them. */
export const tokenScopes = ['read', 'work', 'manage'] as const;
export type TokenScope = (typeof tokenScopes)[number];

interface Permission {
  readonly roles: readonly Role[];
  readonly scope: TokenScope;
  readonly means: string;
}

const everyone = roles;
const annotators = workingRoles;
const overseers = ['lead', 'operator', 'auditor'] as const;

/**
 * Who may do what: the one table of the console. Every route of the API names its action, and a route without one does not
 * start. What a person may ask of a task at which moment is decided by the task's own rules, after this table has let them in.
 */
export const permissions = {
  'campaign.read': { roles: everyone, scope: 'read', means: 'see a campaign, its progress and its changes' },
  'findings.read': { roles: everyone, scope: 'read', means: 'see what was found in the data' },
  'case.read': { roles: everyone, scope: 'read', means: 'see cases and what is on record of them' },
  'volume.read': { roles: everyone, scope: 'read', means: 'fetch images, masks and their differences' },
  'bundle.read': {
    roles: [...annotators, 'lead'],
    scope: 'read',
    means: 'fetch a case to work on it in a desktop tool',
  },
  'inbox.read': { roles: [...annotators, 'lead'], scope: 'read', means: 'see the work that waits' },
  'task.take': { roles: annotators, scope: 'work', means: 'take the next task' },
  'task.command': { roles: [...annotators, 'lead'], scope: 'work', means: 'ask something of a task' },
  'mask.upload': { roles: annotators, scope: 'work', means: 'upload a mask' },
  'task-audit.read': { roles: everyone, scope: 'read', means: 'see the record of one task' },
  'audit.read': {
    roles: ['certified', 'senior', ...overseers],
    scope: 'read',
    means: 'see the record of the whole campaign',
  },
  'people.read': { roles: everyone, scope: 'read', means: 'see who works on a campaign' },
  'people.change': { roles: ['lead', 'operator'], scope: 'manage', means: 'add people and change roles' },
  'effort.read': { roles: overseers, scope: 'read', means: 'see hours and figures of people' },
  'agreement.read': {
    roles: ['certified', 'senior', ...overseers],
    scope: 'read',
    means: 'see how well people agree',
  },
  'evaluation.read': { roles: everyone, scope: 'read', means: 'see evaluations' },
  'round.read': { roles: everyone, scope: 'read', means: 'see pseudo-label rounds' },
  'release.read': { roles: everyone, scope: 'read', means: 'see releases and their errata' },
  'device.read': { roles: overseers, scope: 'read', means: 'see devices and their use' },
  'case.decide': {
    roles: ['lead', 'operator'],
    scope: 'manage',
    means: 'decide on cases that are held back',
  },
} as const satisfies Record<string, Permission>;

export type Action = keyof typeof permissions;

/** Every action, in the order of the table. */
export const actions = Object.keys(permissions) as Action[];

/** Why somebody may not do it; undefined when they may. `scopes` are those of an API token, if one is used. */
export function permissionRefusal(
  action: Action,
  role: Role,
  scopes?: readonly TokenScope[],
): string | undefined {
  const { roles: allowed, scope, means }: Permission = permissions[action];
  if (!allowed.includes(role)) {
    return `to ${means} needs one of the roles ${allowed.join(', ')}; yours is ${role}`;
  }
  if (scopes !== undefined && !scopes.includes(scope)) {
    return `to ${means} needs a token with the scope ${scope}; this one has ${scopes.join(', ') || 'none'}`;
  }
  return undefined;
}

/** Roles that oversee others; only operators give and take them. */
const overseeing: readonly Role[] = ['lead', 'operator', 'auditor'];

/** Why somebody may not put a person on the roster like this; undefined when they may. Nobody changes their own entry. */
export function rosterRefusal(
  by: { readonly id: string; readonly role: Role },
  before: { readonly role: Role } | undefined,
  after: { readonly id: string; readonly role: Role },
): string | undefined {
  if (by.id === after.id) return 'nobody changes their own entry; ask another lead or operator';
  const touched = [before?.role, after.role].filter((role) => role !== undefined);
  const high = touched.find((role) => overseeing.includes(role));
  if (high === undefined || by.role === 'operator') return undefined;
  return `only an operator gives or takes the role ${high}`;
}
