/**
 * What can be wrong with data, and what follows from it.
 * `reject`: the file cannot be used; `quarantine`: the case waits for a person; `exclude`: the case is left out
 * on purpose; `flag`: the case goes on, a person should look; `note`: recorded, nothing to do.
 */
export const severities = ['reject', 'quarantine', 'exclude', 'flag', 'note'] as const;
export type Severity = (typeof severities)[number];

interface CatalogueEntry {
  readonly severity: Severity;
  readonly means: string;
}

export const findingCatalogue = {
  FILE_MISSING: { severity: 'reject', means: 'a file that the collection lists is not there' },
  FILE_EMPTY: { severity: 'reject', means: 'a file has no bytes' },
  FILE_TRUNCATED: { severity: 'reject', means: 'a file holds fewer voxels than its header promises' },
  FILE_CORRUPT: { severity: 'reject', means: 'a file cannot be decompressed or its checksum is wrong' },
  HEADER_INVALID: { severity: 'reject', means: 'a header field has a value that no reader can use' },
  AFFINE_INVALID: { severity: 'reject', means: 'the affine is not finite or is near singular' },
  DATATYPE_UNSUPPORTED: { severity: 'reject', means: 'the voxel type is none of those that CT uses' },
  SHAPE_MISMATCH: { severity: 'quarantine', means: 'image and label have different shapes' },
  GRID_MISMATCH: {
    severity: 'quarantine',
    means: 'two label maps that should be compared lie on different grids',
  },
  LABEL_VALUES: { severity: 'quarantine', means: 'a label holds values that its collection does not define' },
  LABEL_EMPTY: { severity: 'quarantine', means: 'a label that should hold an organ is empty' },
  LABEL_HU: {
    severity: 'quarantine',
    means: 'the mean HU under a label is no soft tissue: label and image do not match',
  },
  VALUES_NOT_FINITE: { severity: 'quarantine', means: 'the image holds NaN or infinite voxels' },
  DICOM_SERIES: {
    severity: 'quarantine',
    means: 'a DICOM folder does not hold exactly one usable CT series',
  },
  SLICES_UNEVEN: {
    severity: 'quarantine',
    means: 'slice positions are doubled, missing or not evenly spaced',
  },
  SLICES_MIXED: {
    severity: 'quarantine',
    means: 'slices of one series differ in size, pixel spacing or orientation',
  },
  GANTRY_TILT: {
    severity: 'quarantine',
    means: 'slices are not stacked along their normal: the gantry was tilted',
  },
  SERIES_NOT_AXIAL: { severity: 'quarantine', means: 'the slices of a series are coronal or sagittal' },
  TRANSFER_SYNTAX_UNSUPPORTED: {
    severity: 'reject',
    means: 'pixels are packed by a method that plusct does not decode',
  },
  SLICE_ORDER: {
    severity: 'flag',
    means: 'InstanceNumber and positions disagree on the order of slices; positions were used',
  },
  LOSSY_COMPRESSION: { severity: 'flag', means: 'the image went through lossy compression' },
  DICOM_INCOMPLETE: {
    severity: 'flag',
    means: 'an element that DICOM requires is absent; plusct went on without it',
  },
  DICOM_PASSED_OVER: {
    severity: 'note',
    means: 'localisers, reports, derived images or copies of slices beside a series were passed over',
  },
  SEGMENT_OVERLAP: {
    severity: 'quarantine',
    means: 'segments of a DICOM SEG share voxels; a label map has one organ for each voxel',
  },
  SPACING_IMPLAUSIBLE: { severity: 'flag', means: 'voxel spacing is outside what abdominal CT uses' },
  GEOMETRY_SUSPECT: {
    severity: 'flag',
    means: 'identity affine with 1 mm voxels: the true geometry is not in the file',
  },
  SLICE_AXIS_UNUSUAL: {
    severity: 'note',
    means: 'the slice axis is not where the collection usually has it',
  },
  LABEL_GEOMETRY_COPIED: {
    severity: 'note',
    means: 'the label lies on the image by index; the image affine was used',
  },
  AFFINE_ORTHONORMALISED: {
    severity: 'note',
    means: 'the axes were slightly skewed and have been made orthonormal',
  },
  HU_RANGE: {
    severity: 'note',
    means: 'voxel values reach outside -1024…3071 HU and are clipped for models',
  },
  DUPLICATE_WITHDRAWN: {
    severity: 'exclude',
    means: 'a withdrawn duplicate: its voxels are those of another case',
  },
  DUPLICATE_EXACT: { severity: 'exclude', means: 'the voxels equal those of another case' },
  WITHDRAWN: { severity: 'exclude', means: 'the collection withdrew this case' },
  COUNT_UNEXPECTED: { severity: 'note', means: 'the number of cases differs from the published one' },
  INGEST_FAILED: {
    severity: 'quarantine',
    means: 'ingest of a case failed for a reason that plusct does not know',
  },
  COLLECTION_UNREADABLE: { severity: 'reject', means: 'a collection cannot be listed' },
  OVERLAP_RESOLVED: { severity: 'note', means: 'organs claimed the same voxels; the overlap rule decided' },
  ORGAN_EMPTY: { severity: 'flag', means: 'a pre-label found nothing of an organ' },
  PROCESSING_FAILED: {
    severity: 'quarantine',
    means: 'a case stopped between ingest and release; its workflow tells why',
  },
  PRELABEL_FAILED: {
    severity: 'flag',
    means: 'pre-labelling an organ failed for good; people start from an empty mask',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type FindingCode = keyof typeof findingCatalogue;
export const findingCodes = Object.keys(findingCatalogue) as [FindingCode, ...FindingCode[]];
