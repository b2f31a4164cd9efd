import { DataError, type DataFault } from '../domain/errors.js';
import type { DicomFile } from './dicom-file.js';

/** Files that belong to the series, and what was left aside. */
export interface ChosenFiles {
  readonly files: readonly DicomFile[];
  readonly remarks: readonly DataFault[];
}

const secondaryCapture = '1.2.840.10008.5.1.4.1.1.7';
/** So that a message about many files stays readable. */
const maxShown = 5;
const oneSeries = 'Give the files of exactly one CT series, all of them.';

/**
 * Leaves aside what lies beside the slices of a CT: reports and other modalities, screen captures, localisers, and
 * derived images where originals are there too. Throws DICOM_SERIES when nothing remains, or slices of several series.
 */
export function chooseSeries(all: readonly DicomFile[]): ChosenFiles {
  const kinds = new Map<string, DicomFile[]>();
  const images = all.filter((file) => {
    const other = otherKind(file);
    if (other !== undefined) kinds.set(other, [...(kinds.get(other) ?? []), file]);
    return other === undefined;
  });
  if (images.length === 0) throw noImage(all, kinds);
  const originals = images.filter((file) => file.texts('imageType')[0] !== 'DERIVED');
  const files = originals.length === 0 ? images : originals;
  if (files.length < images.length) {
    kinds.set(
      'derived image',
      images.filter((file) => !files.includes(file)),
    );
  }
  checkOneSeries(files);
  checkOneModality(all, files[0]);
  const passed = [...kinds].map(([kind, those]) => passedOver(kind, those));
  return { files, remarks: [...passed, ...incomplete(files), ...lossy(files)] };
}

/** What a file is when it is no slice of a CT. */
function otherKind(file: DicomFile): string | undefined {
  const modality = file.text('modality') ?? 'none';
  if (modality !== 'CT') return `file of modality ${modality}`;
  if (file.text('sopClass')?.startsWith(secondaryCapture)) return 'screen capture';
  const types = [...file.texts('imageType'), ...frameTypes(file)];
  return types.includes('LOCALIZER') ? 'localiser' : undefined;
}

function frameTypes(file: DicomFile): string[] {
  return file
    .items('sharedGroups')
    .flatMap((group) => group.items('ctImageFrameType')[0]?.texts('frameType') ?? []);
}

function noImage(all: readonly DicomFile[], kinds: ReadonlyMap<string, readonly DicomFile[]>): DataError {
  const [file] = all;
  const [kind] = [...kinds.keys()];
  const value = file.text('modality') ?? 'none';
  const message = `${file.path}: is no CT image but a ${kind}`;
  const suggestion = 'Select the CT series of this patient.';
  return new DataError({ code: 'DICOM_SERIES', field: 'modality', value, message, suggestion });
}

function checkOneSeries(files: readonly DicomFile[]): void {
  const series = new Map<string, { count: number; path: string }>();
  for (const { path, text } of files) {
    const uid = text('seriesInstance') ?? 'without a UID';
    const before = series.get(uid);
    series.set(uid, { count: (before?.count ?? 0) + 1, path: before?.path ?? path });
  }
  if (series.size === 1) return;
  const sorted = [...series].sort((a, b) => b[1].count - a[1].count);
  const shown = sorted.slice(0, maxShown).map(([uid, { count, path }]) => `${uid} (${count} × ${path} …)`);
  const more = sorted.length > maxShown ? ` and ${sorted.length - maxShown} more` : '';
  const message = `${series.size} series lie together: ${shown.join(', ')}${more}`;
  throw new DataError({
    code: 'DICOM_SERIES',
    field: 'seriesInstance',
    value: sorted[0][0],
    message,
    suggestion: oneSeries,
  });
}

/** A series has one modality (PS3.3 C.7.3.1): a slice that says otherwise is damaged and must not vanish. */
function checkOneModality(all: readonly DicomFile[], slice: DicomFile): void {
  const uid = slice.text('seriesInstance');
  const odd = all.find((file) => file.text('modality') !== 'CT' && file.text('seriesInstance') === uid);
  if (odd === undefined) return;
  const value = odd.text('modality') ?? 'none';
  const message = `${odd.path}: says modality ${value} within the CT series ${uid ?? 'without a UID'}`;
  throw new DataError({ code: 'DICOM_SERIES', field: 'modality', value, message, suggestion: oneSeries });
}

function passedOver(kind: string, files: readonly DicomFile[]): DataFault {
  const shown = files.slice(0, maxShown).map(({ path }) => path);
  const more = files.length > maxShown ? ` and ${files.length - maxShown} more` : '';
  return {
    code: 'DICOM_PASSED_OVER',
    field: 'imageType',
    value: `${files.length} × ${kind}`,
    message: `passed over beside the series: ${files.length} × ${kind} (${shown.join(', ')}${more})`,
    suggestion: 'nothing to do, unless the file should have been a slice',
  };
}

function incomplete(files: readonly DicomFile[]): DataFault[] {
  const fault = (field: string, what: string, suggestion: string): DataFault => ({
    code: 'DICOM_INCOMPLETE',
    field,
    value: 'none',
    message: `${files[0].path}: ${what}`,
    suggestion,
  });
  const found: DataFault[] = [];
  if (files[0].text('seriesInstance') === undefined) {
    const what = `${files.length} files do not say which series they belong to; they were taken as one`;
    found.push(fault('seriesInstance', what, 'compare with the source that they are one series'));
  }
  const lacking = (file: DicomFile): boolean =>
    file.numbers('rescaleSlope') === undefined && file.numbers('rescaleIntercept') === undefined;
  if (files.every((file) => file.items('sharedGroups').length === 0) && files.some(lacking)) {
    const what = 'has no RescaleSlope and RescaleIntercept; stored values were taken as Hounsfield units';
    found.push(fault('rescaleSlope', what, 'look whether air is near -1000 HU'));
  }
  return found;
}

function lossy(files: readonly DicomFile[]): DataFault[] {
  const those = files.filter(({ syntax, text }) => syntax.lossy || text('lossyCompression') === '01');
  if (those.length === 0) return [];
  const [{ path, syntax }] = those;
  return [
    {
      code: 'LOSSY_COMPRESSION',
      field: 'lossyCompression',
      value: syntax.name,
      message: `${path}: ${those.length} of ${files.length} files went through lossy compression (now ${syntax.name})`,
      suggestion: 'fetch the series as the scanner made it, or accept that HU are not exact',
    },
  ];
}
