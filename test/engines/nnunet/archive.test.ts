import { describe, expect, it } from 'vitest';
import { type ArchiveFacts, fileOf, packArchive, unpackArchive } from '../../../engines/nnunet/archive.js';

const facts: ArchiveFacts = {
  kind: 'model',
  organs: ['liver', 'spleen'],
  configuration: '2d',
  plans: 'nnUNetPlans',
  epochs: 7,
  testTimeAugmentation: false,
  device: 'auto',
};
const bytesOf = (text: string) => new TextEncoder().encode(text);
const files = {
  'checkpoint.pth': bytesOf('weights'),
  'plans.json': bytesOf('{}'),
  'dataset.json': bytesOf('{"labels":{}}'),
};
const packed = packArchive({ facts, files });

/** The archive with its header changed, at the same length. */
function withHeader(change: (text: string) => string): Uint8Array {
  const text = Buffer.from(packed).toString('latin1');
  const changed = change(text);
  expect(changed).not.toBe(text);
  return new Uint8Array(Buffer.from(changed, 'latin1'));
}

describe('an archive of a model', () => {
  it('gives back its facts and files', () => {
    const { facts: read, files: found } = unpackArchive(packed, 'model');
    expect(read).toEqual(facts);
    expect(Object.fromEntries(Object.entries(found).map(([name, bytes]) => [name, [...bytes]]))).toEqual(
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, [...bytes]])),
    );
  });

  it('has the same bytes whatever order its files were given in', () => {
    const turned = Object.fromEntries(Object.entries(files).reverse());
    expect(packArchive({ facts, files: turned })).toEqual(packed);
  });

  it('that names another file is refused, so that nothing is written elsewhere', () => {
    const foreign = withHeader((text) => text.replace('"checkpoint.pth"', '"../../etc/pass"'));
    expect(() => unpackArchive(foreign, 'model')).toThrow(/its header cannot be read/);
  });

  it.each([
    ['cut off', packed.subarray(0, packed.length - 1), /its header says/],
    ['longer', new Uint8Array([...packed, 0]), /its header says/],
    [
      'of another kind of file',
      bytesOf('PK\u0003\u0004 what torch writes, or some zip'),
      /does not begin with/,
    ],
    ['empty', new Uint8Array(), /does not begin with/],
    [
      'of another version',
      withHeader((text) => text.replace('"version":1', '"version":2')),
      /cannot be read/,
    ],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => unpackArchive(bytes, 'model')).toThrow(message);
  });

  it('is not taken for a checkpoint, nor read without a file that is needed', () => {
    expect(() => unpackArchive(packed, 'checkpoint')).toThrow('it is a model, expected a checkpoint');
    expect(() => fileOf(unpackArchive(packed, 'model'), 'dataset_fingerprint.json')).toThrow(
      'it lacks dataset_fingerprint.json',
    );
  });
});
