import { z } from 'zod';
import { PlusctError } from '../../domain/errors.js';
import { OrganName } from '../../domain/primitives.js';

const magic = 'plusct-nnunet\n';
const largestHeaderBytes = 1 << 16;

/** The files that an archive may hold: whatever an archive says, nothing else is ever written to disk. */
export const archiveFiles = [
  'dataset.json',
  'plans.json',
  'dataset_fingerprint.json',
  'checkpoint.pth',
] as const;
export type ArchiveFile = (typeof archiveFiles)[number];

const Header = z.object({
  version: z.literal(1),
  /** A finished model, or the state of a training that goes on. */
  kind: z.enum(['model', 'checkpoint']),
  organs: z.array(OrganName).min(1),
  configuration: z.enum(['2d', '3d_fullres']),
  plans: z.string(),
  /** Epochs that its weights have been through. */
  epochs: z.number().int().nonnegative(),
  testTimeAugmentation: z.boolean(),
  device: z.enum(['auto', 'cuda', 'cpu']),
  files: z.array(z.object({ name: z.enum(archiveFiles), bytes: z.number().int().nonnegative() })),
});
type Header = z.infer<typeof Header>;
/** What an archive says of itself. */
export type ArchiveFacts = Omit<Header, 'version' | 'files'>;

export interface Archive {
  readonly facts: ArchiveFacts;
  readonly files: Readonly<Partial<Record<ArchiveFile, Uint8Array>>>;
}

/**
 * Writes `plusct-nnunet\n`, the header's length (32 bits, little-endian), the header as JSON, and the files it announces.
 * The same facts and files always give the same bytes.
 */
export function packArchive({ facts, files }: Archive): Uint8Array {
  const present = archiveFiles.flatMap((name) => {
    const bytes = files[name];
    return bytes === undefined ? [] : [{ name, bytes }];
  });
  const content: Header = {
    version: 1,
    kind: facts.kind,
    organs: facts.organs,
    configuration: facts.configuration,
    plans: facts.plans,
    epochs: facts.epochs,
    testTimeAugmentation: facts.testTimeAugmentation,
    device: facts.device,
    files: present.map(({ name, bytes }) => ({ name, bytes: bytes.length })),
  };
  const header = Buffer.from(JSON.stringify(content));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return new Uint8Array(
    Buffer.concat([Buffer.from(magic), length, header, ...present.map(({ bytes }) => bytes)]),
  );
}

/** Reads an archive. Throws `SchemaViolation` for bytes that `packArchive` did not write, or not all of them. */
export function unpackArchive(bytes: Uint8Array, kind: ArchiveFacts['kind']): Archive {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = magic.length + 4;
  if (all.length < start || all.toString('latin1', 0, magic.length) !== magic)
    throw foreign('it does not begin with "plusct-nnunet"');
  const headerBytes = all.readUInt32LE(magic.length);
  if (headerBytes > largestHeaderBytes) throw foreign(`its header would be ${headerBytes} bytes long`);
  const {
    version: _,
    files: announced,
    ...facts
  } = headerOf(all.toString('utf8', start, start + headerBytes));
  if (facts.kind !== kind) throw foreign(`it is a ${facts.kind}, expected a ${kind}`);
  const files: Partial<Record<ArchiveFile, Uint8Array>> = {};
  let from = start + headerBytes;
  for (const { name, bytes: size } of announced) {
    files[name] = bytes.subarray(from, from + size);
    from += size;
  }
  if (from !== all.length) throw foreign(`it has ${all.length} bytes, its header says ${from}`);
  return { facts, files };
}

/** A file that has to be there. */
export function fileOf({ files }: Archive, name: ArchiveFile): Uint8Array {
  const bytes = files[name];
  if (bytes === undefined) throw foreign(`it lacks ${name}`);
  return bytes;
}

function headerOf(text: string): Header {
  try {
    return Header.parse(JSON.parse(text));
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : 'it is not JSON';
    throw foreign(`its header cannot be read (${reason})`, error);
  }
}

function foreign(reason: string, cause?: unknown): PlusctError {
  return new PlusctError(
    'SchemaViolation',
    `not a model of the nnunet engine: ${reason}; load bytes that this version trained`,
    { cause },
  );
}
