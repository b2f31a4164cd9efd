/** Gives memory for that many bytes, of any content. */
export type TakeMemory = (bytes: number) => Uint8Array;

/** Memory of its own for each who asks. */
export const freshMemory: TakeMemory = (bytes) => Buffer.allocUnsafeSlow(bytes);
