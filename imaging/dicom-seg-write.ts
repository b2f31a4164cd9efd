import { DataError, PlusctError } from '../domain/errors.js';
import { type Organ, organs, organValue } from '../domain/organ.js';
import type { DicomSeries } from './dicom.js';
import type { DicomElements, DicomValue } from './dicom-file.js';
import {
  anatomicalStructure,
  type Code,
  codeElements,
  organCode,
  segmentationCode,
  sourceImageCode,
} from './dicom-seg-codes.js';
import type { DicomSlice } from './dicom-slice.js';
import type { DicomTag } from './dicom-tags.js';
import { uidFrom } from './dicom-uid.js';
import { decimalText, writePart10 } from './dicom-write.js';
import { minus, norm } from './matrix3.js';

/** What a segmentation is made of. */
export interface SegmentationSpec {
  /** The series that the labels lie on. */
  readonly series: DicomSeries;
  /** 1 liver, 2 kidney, 3 spleen, 4 pancreas, on the grid of `series.image`: `labels[i + n1·(j + n2·k)]`. */
  readonly labels: Uint8Array | Uint16Array;
  /** When the segmentation was made; stands in the file, in UTC. */
  readonly created: Date;
}

/** One frame: an organ in a slice that it reaches. */
interface SegFrame {
  readonly organ: Organ;
  /** Counted from 1. */
  readonly segment: number;
  readonly k: number;
}

const segmentationStorage = '1.2.840.10008.5.1.4.1.1.66.4';
const remedy = 'Fetch the series as the archive has it; exports without UIDs cannot be referred to.';
/** Elements that a segmentation shares with the images that it was drawn on (PS3.3 A.51). */
const inherited: readonly (readonly [DicomTag, string])[] = [
  ['studyDate', 'DA'],
  ['studyTime', 'TM'],
  ['accessionNumber', 'SH'],
  ['referringPhysician', 'PN'],
  ['patientName', 'PN'],
  ['patientId', 'LO'],
  ['patientBirthDate', 'DA'],
  ['patientSex', 'CS'],
  ['studyId', 'SH'],
  ['positionReference', 'LO'],
];

/**
 * Labels as a DICOM SEG that refers to the slices of their series: BINARY, one segment for each organ that occurs, coded
 * in SNOMED CT, a frame for each slice that an organ reaches. Same input, same bytes.
 * Throws LABEL_VALUES on other values, LABEL_EMPTY on none, DICOM_INCOMPLETE where the series lacks the UIDs to refer to,
 * `InvalidInput` when labels do not fill the grid.
 */
export function writeSegmentation({ series, labels, created }: SegmentationSpec): Uint8Array {
  const { shape } = series.image.geometry;
  const perSlice = shape[0] * shape[1];
  if (labels.length !== perSlice * shape[2]) {
    throw new PlusctError('InvalidInput', `${labels.length} labels do not fill a grid of ${shape.join('×')}`);
  }
  checkReferable(series);
  const { present, reached } = organsIn(labels, perSlice, series.slices[0].path);
  const frames = present.flatMap((organ, n) =>
    reached[organValue[organ]].map((k): SegFrame => ({ organ, segment: n + 1, k })),
  );
  const packed = packedFrames(labels, perSlice, frames);
  const uid = uidFrom(
    series.seriesInstanceUid,
    packed,
    frames.map(({ organ, k }) => `${organ}${k}`).join(),
    created.toISOString(),
  );
  return writePart10(segmentationStorage, uid, {
    ...identity(series, uid, created),
    ...description(series, present, uid),
    ...groups(series, frames),
    pixelData: ['OB', padded(packed).buffer],
  });
}

/** Everything that a segmentation has to name of its source. */
function checkReferable({ slices, header }: DicomSeries): void {
  const [{ path, sopInstanceUid, sopClassUid, seriesInstanceUid }] = slices;
  const needed: [string, string | undefined][] = [
    ['studyInstance', header.text('studyInstance')],
    ['seriesInstance', seriesInstanceUid],
    ['sopInstance', slices.every((slice) => slice.sopInstanceUid !== '') ? sopInstanceUid : ''],
    ['sopClass', sopClassUid],
  ];
  const lacking = needed.find(([, value]) => !value);
  if (lacking === undefined) return;
  const [field] = lacking;
  const message = `${path}: the series has no ${field} UID that a segmentation could refer to`;
  throw new DataError({ code: 'DICOM_INCOMPLETE', field, value: 'none', message, suggestion: remedy });
}

/** Organs that occur, in the order of their values, and for each value the slices that it reaches. */
function organsIn(
  labels: Uint8Array | Uint16Array,
  perSlice: number,
  where: string,
): { present: Organ[]; reached: number[][] } {
  const most = organs.length;
  const reached: number[][] = Array.from({ length: most + 1 }, () => []);
  for (let k = 0; k * perSlice < labels.length; k++) {
    const seen = new Uint8Array(most + 1);
    for (let n = k * perSlice; n < (k + 1) * perSlice; n++) {
      if (labels[n] > most) throw foreign(labels[n], where);
      seen[labels[n]] = 1;
    }
    seen.forEach((there, value) => {
      if (there && value > 0) reached[value].push(k);
    });
  }
  const present = organs.filter((organ) => reached[organValue[organ]].length > 0);
  if (present.length > 0) return { present, reached };
  const message = `${where}: no voxel is labelled, and a segmentation without segments is none`;
  throw new DataError({
    code: 'LABEL_EMPTY',
    field: 'labels',
    value: '0',
    message,
    suggestion: 'Give a label map that holds organs.',
  });
}

function foreign(value: number, where: string): DataError {
  const known = organs.map((organ) => `${organValue[organ]} ${organ}`).join(', ');
  const message = `${where}: the labels hold ${value}; a plus dataset has ${known}`;
  const suggestion = 'Map other values to these four first.';
  return new DataError({ code: 'LABEL_VALUES', field: 'labels', value: String(value), message, suggestion });
}

/** One bit for each pixel, the first one lowest; frames follow each other without a gap (PS3.5 8.1.1, PS3.3 C.8.20.2). */
function packedFrames(
  labels: Uint8Array | Uint16Array,
  perSlice: number,
  frames: readonly SegFrame[],
): Uint8Array {
  const packed = new Uint8Array(Math.ceil((frames.length * perSlice) / 8));
  frames.forEach(({ organ, k }, frame) => {
    const value = organValue[organ];
    for (let n = 0, bit = frame * perSlice; n < perSlice; n++, bit++) {
      if (labels[k * perSlice + n] === value) packed[bit >> 3] |= 1 << (bit & 7);
    }
  });
  return packed;
}

/** Values have an even number of bytes. */
function padded(packed: Uint8Array): Uint8Array<ArrayBuffer> {
  const even = new Uint8Array(packed.length + (packed.length & 1));
  even.set(packed);
  return even;
}

function identity(series: DicomSeries, uid: string, created: Date): DicomElements {
  const { header } = series;
  const [date, time] = created.toISOString().replaceAll(/[-:]/g, '').split(/[T.]/);
  const kept = Object.fromEntries(
    inherited.map(([tag, vr]): [string, DicomValue] => [tag, [vr, header.text(tag) ?? '']]),
  );
  return {
    ...kept,
    ...(series.age === undefined ? {} : { patientAge: ['AS', series.age] }),
    imageType: ['CS', ['DERIVED', 'PRIMARY']],
    sopClass: ['UI', segmentationStorage],
    sopInstance: ['UI', uid],
    seriesDate: ['DA', date],
    contentDate: ['DA', date],
    seriesTime: ['TM', time],
    contentTime: ['TM', time],
    modality: ['CS', 'SEG'],
    manufacturer: ['LO', 'plusct'],
    manufacturerModel: ['LO', 'plusct'],
    deviceSerialNumber: ['LO', '0'],
    softwareVersions: ['LO', 'plusct'],
    seriesDescription: ['LO', 'Liver, kidneys, spleen, pancreas'],
    studyInstance: ['UI', header.text('studyInstance') ?? ''],
    seriesInstance: ['UI', uidFrom('series', uid)],
    seriesNumber: ['IS', '1000'],
    instanceNumber: ['IS', '1'],
    frameOfReference: ['UI', header.text('frameOfReference') ?? uidFrom('frame', series.seriesInstanceUid)],
    contentLabel: ['CS', 'ORGANS'],
    contentDescription: ['LO', 'Organs of a plus dataset'],
    contentCreator: ['PN', 'plusct'],
  };
}

function description(series: DicomSeries, present: readonly Organ[], uid: string): DicomElements {
  const [columns, rows] = series.image.geometry.shape;
  const dimensions = uidFrom('dimensions', uid);
  const index = (pointer: number, group: number): DicomElements => ({
    dimensionOrganizationUid: ['UI', dimensions],
    dimensionIndexPointer: ['AT', pointer],
    functionalGroupPointer: ['AT', group],
  });
  return {
    referencedSeries: ['SQ', [referencedSeries(series)]],
    dimensionOrganizations: ['SQ', [{ dimensionOrganizationUid: ['UI', dimensions] }]],
    dimensionIndices: ['SQ', [index(0x0062000b, 0x0062000a), index(0x00200032, 0x00209113)]],
    samplesPerPixel: ['US', 1],
    photometric: ['CS', 'MONOCHROME2'],
    rows: ['US', rows],
    columns: ['US', columns],
    bitsAllocated: ['US', 1],
    bitsStored: ['US', 1],
    highBit: ['US', 0],
    pixelRepresentation: ['US', 0],
    lossyCompression: ['CS', '00'],
    segmentationType: ['CS', 'BINARY'],
    segmentsOverlap: ['CS', 'NO'],
    segments: ['SQ', present.map(segment)],
  };
}

function referencedSeries({ slices, seriesInstanceUid }: DicomSeries): DicomElements {
  const instances = new Map(slices.map((slice) => [slice.sopInstanceUid, slice.sopClassUid]));
  return {
    seriesInstance: ['UI', seriesInstanceUid],
    referencedInstances: [
      'SQ',
      [...instances].map(
        ([uid, sopClass]): DicomElements => ({
          referencedSopClass: ['UI', sopClass],
          referencedSopInstance: ['UI', uid],
        }),
      ),
    ],
  };
}

function segment(organ: Organ, n: number): DicomElements {
  return {
    propertyCategory: coded(anatomicalStructure),
    segmentNumber: ['US', n + 1],
    segmentLabel: ['LO', organ],
    segmentAlgorithmType: ['CS', 'SEMIAUTOMATIC'],
    segmentAlgorithmName: ['LO', 'plusct'],
    propertyType: coded(organCode[organ]),
  };
}

function coded(code: Code): DicomValue {
  return ['SQ', [codeElements(code)]];
}

function groups({ slices }: DicomSeries, frames: readonly SegFrame[]): DicomElements {
  const [first, second] = slices;
  const stepMm = norm(minus(second.position, first.position));
  const shared: DicomElements = {
    planeOrientation: [
      'SQ',
      [{ imageOrientation: ['DS', decimalText([...first.alongRow, ...first.alongColumn])] }],
    ],
    pixelMeasures: [
      'SQ',
      [
        {
          sliceThickness: ['DS', decimalText([first.thicknessMm ?? stepMm])],
          spacingBetweenSlices: ['DS', decimalText([stepMm])],
          pixelSpacing: ['DS', decimalText(first.pixelSpacingMm)],
        },
      ],
    ],
  };
  const reached = new Set(frames.map(({ k }) => k));
  const order = new Map([...reached].sort((a, b) => a - b).map((k, n) => [k, n + 1]));
  return {
    numberOfFrames: ['IS', String(frames.length)],
    sharedGroups: ['SQ', [shared]],
    perFrameGroups: [
      'SQ',
      frames.map((frame) => frameGroups(frame, slices[frame.k], order.get(frame.k) ?? 1)),
    ],
  };
}

function frameGroups({ segment: number }: SegFrame, slice: DicomSlice, place: number): DicomElements {
  const source: DicomElements = {
    referencedSopClass: ['UI', slice.sopClassUid],
    referencedSopInstance: ['UI', slice.sopInstanceUid],
    ...(slice.frame === undefined ? {} : { referencedFrame: ['IS', String(slice.frame)] }),
    spatialLocationsPreserved: ['CS', 'YES'],
    purposeOfReference: coded(sourceImageCode),
  };
  return {
    derivationImages: ['SQ', [{ sourceImages: ['SQ', [source]], derivationCode: coded(segmentationCode) }]],
    frameContent: ['SQ', [{ dimensionIndexValues: ['UL', [number, place]] }]],
    planePosition: ['SQ', [{ imagePosition: ['DS', decimalText(slice.position)] }]],
    segmentIdentification: ['SQ', [{ referencedSegment: ['US', number] }]],
  };
}
