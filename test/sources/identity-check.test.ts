import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { SourceCase } from '../../domain/case.js';
import { caseStatusOf } from '../../domain/finding.js';
import { writeCtSlice } from '../../imaging/dicom-write.js';
import { niftiFreeText } from '../../imaging/nifti-free-text.js';
import { writeNifti } from '../../imaging/nifti-write.js';
import { identityReport } from '../../sources/identity-check.js';
import { findCollections } from '../../sources/listing.js';
import { adapterFor } from '../../sources/registry.js';
import { madeNifti } from '../imaging/nifti-bytes.js';

const niftiCase: SourceCase = {
  collection: 'lits',
  caseId: 'volume-0',
  subset: 'train',
  image: { kind: 'nifti', path: 'volume-0.nii' },
  findings: [],
};
const dicomCase: SourceCase = {
  ...niftiCase,
  caseId: 'PANCREAS_0001',
  image: { kind: 'dicom', paths: ['1.dcm'] },
};

function ofNifti(bytes: Uint8Array) {
  return identityReport(niftiCase, new Map([['volume-0.nii', bytes]]));
}

function slice(patientId: string, more: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = writeCtSlice({
    patientId,
    studyUid: '1.2',
    seriesUid: '1.3',
    sopUid: '1.4',
    instanceNumber: 1,
    rows: 2,
    columns: 2,
    pixelSpacingMm: [1, 1],
    imagePosition: [0, 0, 0],
    imageOrientation: [1, 0, 0, 0, 1, 0],
    sliceThicknessMm: 1,
    pixels: new Int16Array(4),
    studyDate: '20151124',
  });
  const pixels = Buffer.from(bytes).indexOf(Buffer.from([0xe0, 0x7f, 0x10, 0x00]));
  return Buffer.concat([bytes.subarray(0, pixels), more, bytes.subarray(pixels)]);
}

/** An explicit little-endian element with a short length. */
function element(group: number, number: number, vr: string, text: string): Buffer {
  const value = Buffer.from(text.length % 2 === 0 ? text : `${text} `, 'latin1');
  const head = Buffer.alloc(8);
  head.writeUInt16LE(group, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4, 'latin1');
  head.writeUInt16LE(value.length, 6);
  return Buffer.concat([head, value]);
}

function withText(field: number, text: string, bytes: Uint8Array = madeNifti()): Uint8Array {
  const copy = Buffer.from(bytes);
  copy.write(text, field, 'latin1');
  return copy;
}

describe('the identity check of NIfTI headers', () => {
  it.each([
    ['data_type', 4, 'DOE^JANE'],
    ['db_name', 14, 'DOE^JANE'],
    ['descrip', 148, 'patient name: Jane Doe'],
    ['aux_file', 228, 'jane@doe.example'],
    ['intent_name', 328, 'MRN:4711'],
  ])('finds a person in %s and shows the value masked', (field, at, text) => {
    const { findings, check } = ofNifti(withText(at, text));
    expect(findings).toMatchObject([{ code: 'IDENTITY_DIRECT', field, where: 'volume-0.nii' }]);
    expect(JSON.stringify([findings, check])).not.toContain(text);
    expect(caseStatusOf(findings)).toBe('quarantined');
  });

  it('records harmless text as evidence, without a finding', () => {
    const { findings, check } = ofNifti(gzipSync(withText(148, '5.0.10')));
    expect(findings).toEqual([]);
    expect(check).toMatchObject({
      files: 1,
      fields: 1,
      retained: [{ field: 'descrip', value: '5.… (6 characters)' }],
    });
    expect(check.profile).toContain('PS3.15 2024b');
  });

  it('reads extensions, and calls one of DICOM attributes doubtful in any case', () => {
    const withExtension = (code: number, text: string): Uint8Array => {
      const file = Buffer.from(madeNifti({ voxOffset: 352 + 64 }));
      file[348] = 1;
      file.writeInt32LE(64, 352);
      file.writeInt32LE(code, 356);
      file.write(text, 360, 'latin1');
      return file;
    };
    expect(niftiFreeText(withExtension(6, 'comment'), 'x')).toEqual([
      { field: 'extension 6', text: 'comment' },
    ]);
    expect(ofNifti(withExtension(6, 'Patient: Jane Doe')).findings).toMatchObject([
      { code: 'IDENTITY_DIRECT', field: 'extension 6' },
    ]);
    expect(ofNifti(withExtension(2, 'abc')).findings).toMatchObject([
      { code: 'IDENTITY_TEXT', field: 'extension 2' },
    ]);
  });

  it('survives extensions whose size cannot be, and files that cannot be read', () => {
    const file = Buffer.from(madeNifti({ voxOffset: 416 }));
    file[348] = 1;
    for (const size of [0, 4, -1, 2 ** 31 - 1]) {
      file.writeInt32LE(size, 352);
      expect(ofNifti(file).check.files).toBe(1);
    }
    expect(ofNifti(new Uint8Array(10)).findings).toEqual([]);
  });

  it('finds nothing in what plusct writes', () => {
    expect(
      ofNifti(writeNifti({ shape: [1, 1, 1], voxels: new Int16Array(1), spacingMm: [1, 1, 1] })).check.fields,
    ).toBe(0);
  });
});

describe('the identity check of DICOM files', () => {
  const report = (bytes: Uint8Array) => identityReport(dicomCase, new Map([['1.dcm', bytes]]));

  it('takes pseudonyms and shifted dates as evidence only', () => {
    const { findings, check } = report(slice('PANCREAS_0001'));
    expect(findings).toEqual([]);
    expect(check.retained.map(({ field, action }) => `${field} ${action}`)).toEqual([
      'StudyDate Z',
      'PatientName Z',
      'PatientID Z/D',
    ]);
  });

  it('holds a case with a name back, and never repeats the name', () => {
    const { findings, check } = report(slice('Mustermann^Erika'));
    expect(findings).toContainEqual(
      expect.objectContaining({
        code: 'IDENTITY_DIRECT',
        field: 'PatientName',
        value: 'Mu… (16 characters)',
      }),
    );
    expect(JSON.stringify([findings, check])).not.toContain('Erika');
  });

  it('looks into sequences, at private elements and at the burned-in flag', () => {
    const item = element(0x0010, 0x1040, 'LO', 'Main Street 1');
    const sequence = Buffer.concat([
      Buffer.from([0x40, 0x00, 0x75, 0x02, 0x53, 0x51, 0, 0]),
      Buffer.from(Uint32Array.of(item.length + 8).buffer),
      Buffer.from([0xfe, 0xff, 0x00, 0xe0]),
      Buffer.from(Uint32Array.of(item.length).buffer),
      item,
    ]);
    const more = Buffer.concat([
      element(0x0009, 0x0010, 'LO', 'ACME 1.0'),
      element(0x0009, 0x1001, 'LO', 'anything'),
      element(0x0012, 0x0062, 'CS', 'YES'),
      element(0x0028, 0x0301, 'CS', 'YES'),
      sequence,
    ]);
    const { findings, check } = report(slice('PANCREAS_0001', more));
    expect(findings.map(({ code, field }) => `${code} ${field}`)).toEqual([
      'IDENTITY_DIRECT PatientAddress',
      'BURNED_IN_TEXT BurnedInAnnotation',
      'PRIVATE_ELEMENTS 00090010',
    ]);
    expect(findings[2].message).toContain('2 private elements of ACME 1.0');
    expect(check).toMatchObject({ privateElements: 2, stated: 'YES: ' });
  });
});

const shared = resolve('../shared/data');
describe.skipIf(!existsSync(shared))(
  'the identity check of shared data (skipped where ../shared/data is not there)',
  () => {
    it('quarantines and flags no case of the five collections', async () => {
      let cases = 0;
      for (const { collection, directory } of await findCollections(join(shared, 'collections'))) {
        for (const sourceCase of (await adapterFor(collection).list(directory)).cases) {
          const { image, labelPath } = sourceCase;
          const paths = [
            ...(image.kind === 'nifti' ? [image.path] : image.paths),
            ...(labelPath ? [labelPath] : []),
          ];
          const files = new Map(paths.map((path) => [path, readFileSync(join(directory, path))]));
          const { findings, check } = identityReport(sourceCase, files);
          expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
          expect(check.files).toBe(paths.length);
          cases += 1;
        }
      }
      expect(cases).toBe(22);
    });

    it('finds the hospital’s address that a real series kept', () => {
      const folder = join(shared, 'real/totalsegmentator/example_ct_dicom');
      const paths = readdirSync(folder);
      const files = new Map(paths.map((path) => [path, readFileSync(join(folder, path))]));
      const { findings } = identityReport({ ...dicomCase, image: { kind: 'dicom', paths } }, files);
      const found = findings.map(({ code, field }) => `${code} ${field}`);
      expect(found).toContain('IDENTITY_TEXT InstitutionAddress');
      expect(found.filter((each) => each.startsWith('IDENTITY_DIRECT'))).toEqual([]);
      expect(JSON.stringify(findings)).not.toContain('Basel');
    });

    it('calls the pseudonyms of CHAOS no names', () => {
      const folder = join(shared, 'real/chaos/DICOM_anon');
      const paths = readdirSync(folder).slice(0, 5);
      const files = new Map(paths.map((path) => [path, readFileSync(join(folder, path))]));
      const { findings } = identityReport({ ...dicomCase, image: { kind: 'dicom', paths } }, files);
      expect(findings.filter(({ severity }) => severity === 'quarantine')).toEqual([]);
    });
  },
);
