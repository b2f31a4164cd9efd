import { DataError } from '../domain/errors.js';

/** The lines of an NRRD header. */
export interface NrrdFields {
  /** `field: value` by the field's name in lower case. */
  readonly fields: ReadonlyMap<string, string>;
  /** `key:=value`, unescaped. */
  readonly keyValues: ReadonlyMap<string, string>;
  /** Where the data begin: after the first empty line. */
  readonly dataAt: number;
}

/** Longer headers are none: 3D Slicer writes about 400 bytes for each segment. */
const mostHeaderBytes = 1024 ** 2;

/** Splits an attached NRRD header into its lines; lines end in LF or CRLF. Throws SUBMISSION_UNREADABLE. */
export function parseNrrdFields(bytes: Uint8Array, where: string): NrrdFields {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, mostHeaderBytes)).toString(
    'latin1',
  );
  const end = /\r?\n\r?\n/.exec(text);
  if (!/^NRRD000[1-5]\r?\n/.test(text) || end === null) {
    const message = `${where}: has no NRRD header of version 1 to 5 that ends in an empty line`;
    const value = JSON.stringify(text.slice(0, 8));
    const suggestion = 'Save the mask as .nii.gz or .seg.nrrd with its data in the same file.';
    throw new DataError({ code: 'SUBMISSION_UNREADABLE', field: 'NRRD', value, message, suggestion });
  }
  const fields = new Map<string, string>();
  const keyValues = new Map<string, string>();
  for (const line of text.slice(0, end.index).split(/\r?\n/).slice(1)) {
    const [, name, sign, value] = /^([^#:][^:]*):([= ])(.*)$/.exec(line) ?? [];
    if (sign === '=') keyValues.set(unescaped(name), unescaped(value));
    else if (sign === ' ') fields.set(name.trim().toLowerCase(), value.trim());
  }
  return { fields, keyValues, dataAt: end.index + end[0].length };
}

/** Keys and values have their own marks for line feed and backslash; names are UTF-8. */
function unescaped(text: string): string {
  const utf8 = Buffer.from(text, 'latin1').toString('utf8');
  return utf8.replace(/\\(n|\\)/g, (_, mark: string) => (mark === 'n' ? '\n' : '\\'));
}
