import { PlusctError } from '../domain/errors.js';

/** A result on its way out of a thread. Errors that plusct knows cross as values: an error loses its class on the way. */
export type Crossing<T> = { value: T } | { fault: { kind: PlusctError['kind']; message: string } };

/** The thread's side: work whose known errors become values. */
export function crossing<Input, Output>(work: (input: Input) => Output): (input: Input) => Crossing<Output> {
  return (input) => {
    try {
      return { value: work(input) };
    } catch (error) {
      if (error instanceof PlusctError) return { fault: { kind: error.kind, message: error.message } };
      throw error;
    }
  };
}

/** The caller's side: the value, or the error thrown again. */
export function arrived<T>(crossed: Crossing<T>): T {
  if ('fault' in crossed) throw new PlusctError(crossed.fault.kind, crossed.fault.message);
  return crossed.value;
}
