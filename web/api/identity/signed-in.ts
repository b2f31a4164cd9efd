import type { TokenScope } from '../../../domain/permissions.js';

/** Somebody whose identity was proved. What they may do follows from the campaign's roster, not from here. */
export interface SignedIn {
  /** Person id. */
  readonly id: string;
  readonly name?: string;
  readonly by: 'local' | 'oidc' | 'jwt' | 'token';
  /** Set for API tokens only: what the token may be used for. */
  readonly scopes?: readonly TokenScope[];
  /** Set for API tokens that are meant for some campaigns only. */
  readonly campaigns?: readonly string[];
  /** Set for browser sessions: requests that change something must carry it in `x-csrf-token`. */
  readonly csrfToken?: string;
}
