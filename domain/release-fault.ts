/** Something in which a release, or a copy of it, is not what was published. */
export interface ReleaseFault {
  readonly kind: 'missing' | 'changed' | 'extra';
  /** File or object. */
  readonly path: string;
  readonly why: string;
}
