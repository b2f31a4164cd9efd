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
  FILE_CHANGED: {
    severity: 'quarantine',
    means: 'a file is not the one that the checksums in its collection’s folder list',
  },
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
  EDITION_FOREIGN: {
    severity: 'quarantine',
    means: 'a file is of another edition of the collection, whose voxels or rules differ',
  },
  SPACING_DISAGREES: {
    severity: 'quarantine',
    means: 'the header gives another voxel spacing than the table of the collection',
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
  SPACING_UNKNOWN: {
    severity: 'flag',
    means: 'the voxel sides in the header are a placeholder, and nobody has given the true ones',
  },
  GEOMETRY_CORRECTED: {
    severity: 'note',
    means: 'directions or spacing were taken otherwise than the header says; the repair is on record',
  },
  ORIENTATION_MIRRORED: {
    severity: 'quarantine',
    means: 'the anatomy lies the other way round than the header says',
  },
  ORIENTATION_DOUBTFUL: {
    severity: 'flag',
    means: 'the anatomy seems to lie the other way round than the header says',
  },
  KNOWN_DOUBT: { severity: 'flag', means: 'something doubtful is publicly known of this case' },
  LABEL_ORGAN_EMPTY: {
    severity: 'flag',
    means: 'a label of several organs has no voxel of one of them, which counts as missing',
  },
  LICENCE_UNEXPECTED: {
    severity: 'flag',
    means: 'the licence that a copy states is missing, or not the one known of it',
  },
  KNOWN_FACT: { severity: 'note', means: 'something is publicly known of this case or copy' },
  LESION_UNEXPECTED: {
    severity: 'note',
    means: 'a label has tumour or none, otherwise than published of this case',
  },
  COPY_UNUSED: { severity: 'note', means: 'two copies of a collection are there; one is used' },
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
  IDENTITY_DIRECT: { severity: 'quarantine', means: 'a header field seems to name a person' },
  IDENTITY_TEXT: {
    severity: 'flag',
    means: 'a header field holds text that may help to tell who somebody is',
  },
  BURNED_IN_TEXT: { severity: 'flag', means: 'the file says that text is drawn into its pixels' },
  PRIVATE_ELEMENTS: {
    severity: 'note',
    means: 'DICOM files hold private elements, whose meaning is not public',
  },
  DUPLICATE_WITHDRAWN: {
    severity: 'exclude',
    means: 'a withdrawn duplicate: its voxels are those of another case',
  },
  DUPLICATE_EXACT: { severity: 'exclude', means: 'the voxels equal those of another case' },
  DUPLICATE_SIMILAR: {
    severity: 'quarantine',
    means: 'the scan is another case’s, cropped, resampled, re-windowed or with noise',
  },
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
  LABEL_OFF_BODY: {
    severity: 'quarantine',
    means: 'part of a label lies in air or outside of the patient',
  },
  LABEL_SHARED: {
    severity: 'quarantine',
    means: 'a label equals that of another case, voxel for voxel, though the images differ',
  },
  IMAGE_FLAT: { severity: 'quarantine', means: 'an image is constant or nearly so' },
  HU_SCALE: { severity: 'quarantine', means: 'the values of an image are no Hounsfield units' },
  SLICES_BLANK: {
    severity: 'flag',
    means: 'slices within a scan hold one value only or repeat the one before',
  },
  SLICES_NOT_AXIAL: { severity: 'flag', means: 'by the header the slices are not axial' },
  ORGAN_VOLUME: { severity: 'flag', means: 'an organ is smaller or larger than any of 1,000 cases' },
  LABEL_PIECES: { severity: 'flag', means: 'a label is in more pieces than its organ has' },
  LABEL_HOLES: { severity: 'flag', means: 'a label encloses much background' },
  ORGAN_CUT: { severity: 'note', means: 'an organ reaches the end of the scan, which cuts it off' },
  SUBMISSION_UNREADABLE: { severity: 'reject', means: 'an uploaded file cannot be read as a mask' },
  SUBMISSION_LIMIT: {
    severity: 'reject',
    means: 'reading an uploaded file took more memory or time than a mask does',
  },
  SUBMISSION_GRID: {
    severity: 'reject',
    means:
      'a mask lies on another grid than its image: flipped, transposed, shifted, turned, cropped or resampled',
  },
  SUBMISSION_MOVED: {
    severity: 'reject',
    means: 'a mask has its image’s header, but its voxels are flipped, transposed or shifted',
  },
  SUBMISSION_VALUES: { severity: 'reject', means: 'a mask holds values or segments that stand for no organ' },
  SUBMISSION_RELABELLED: { severity: 'reject', means: 'the values of a mask’s organs have changed places' },
  SUBMISSION_EMPTY: {
    severity: 'flag',
    means: 'a submitted mask has no voxel of an organ that nobody attested absent',
  },
  SUBMISSION_PIECES: {
    severity: 'flag',
    means: 'a submitted organ is in more pieces than it has, or has stray voxels',
  },
  SUBMISSION_HOLES: { severity: 'flag', means: 'a submitted organ encloses much background' },
  SUBMISSION_SIDE: {
    severity: 'flag',
    means: 'submitted organs lie on the wrong side, or kidney on one side only',
  },
  SUBMISSION_VOLUME: {
    severity: 'flag',
    means: 'a submitted organ is far smaller or larger than those accepted of its collection',
  },
  SUBMISSION_OVERLAP: { severity: 'flag', means: 'segments of a submitted file share voxels' },
  SUBMISSION_ELSEWHERE: {
    severity: 'flag',
    means: 'a mask was changed in organs that its return, or its task, does not ask for',
  },
  EXCLUDED_BY_OPERATOR: { severity: 'exclude', means: 'a person decided to leave the case out' },
} as const satisfies Record<string, CatalogueEntry>;

export type FindingCode = keyof typeof findingCatalogue;
export const findingCodes = Object.keys(findingCatalogue) as [FindingCode, ...FindingCode[]];
