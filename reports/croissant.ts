import { factsOf, licenceParts } from '../domain/licence.js';
import type { Publication, ReleaseFile, ReleaseManifest } from '../domain/release.js';
import { caseColumns, casesPath } from './release-cases.js';

/** Names of the files that lie beside those that the manifest lists. */
export const manifestPath = 'manifest.json';
export const croissantPath = 'croissant.json';
export const publicationPath = 'published.json';

/** What the metadata says of the manifest's own bytes. */
export interface ManifestFacts extends Pick<Publication, 'at' | 'manifestSha256'> {
  readonly manifestBytes: number;
}

/**
 * The context of Croissant 1.1 (https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html); readers compare it term by
 * term.
 */
const context = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  ...Object.fromEntries(
    [
      ...[
        'arrayShape',
        'citeAs',
        'column',
        'containedIn',
        'equivalentProperty',
        'extract',
        'field',
        'fileObject',
        'fileProperty',
      ],
      ...[
        'fileSet',
        'format',
        'includes',
        'isArray',
        'isLiveDataset',
        'jsonPath',
        'key',
        'md5',
        'parentField',
        'path',
        'recordSet',
      ],
      ...[
        'references',
        'regex',
        'repeated',
        'replace',
        'samplingRate',
        'separator',
        'source',
        'subField',
        'transform',
      ],
    ].map((term) => [term, `cr:${term}`]),
  ),
  conformsTo: 'dct:conformsTo',
  cr: 'http://mlcommons.org/croissant/',
  rai: 'http://mlcommons.org/croissant/RAI/',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  dct: 'http://purl.org/dc/terms/',
  description: { '@container': '@language' },
  examples: { '@id': 'cr:examples', '@type': '@json' },
  name: { '@container': '@language' },
  sc: 'https://schema.org/',
};

/**
 * Croissant 1.1 metadata of a release: every file with its hash, and the table of cases as records. Paths are relative to the
 * folder that it lies in. It names the day of publication, which the manifest does not, and follows from both.
 */
export function croissantOf(manifest: ReleaseManifest, facts: ManifestFacts) {
  const { campaign, version, cases, sources, citation } = manifest;
  const licences = [
    ...new Set(
      cases.flatMap((item) => [item.licence, ...(item.image === undefined ? [] : [item.sourceLicence])]),
    ),
  ];
  const manifestFile: ReleaseFile = {
    path: manifestPath,
    sha256: facts.manifestSha256,
    bytes: facts.manifestBytes,
    kind: 'document',
  };
  return {
    '@context': context,
    '@type': 'Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.1',
    name: campaign,
    description: `${citation} Made with plusct; README.md is its datasheet. It also stands on: ${sources.map((each) => each.citation).join('; ')}.`,
    version,
    license: [...new Set(licences.flatMap(licenceParts))]
      .sort()
      .map((licence) => factsOf(licence)?.url ?? licence),
    url: `urn:plusct:release:${campaign}:${version}`,
    datePublished: facts.at.slice(0, 10),
    citeAs: bibtex(manifest, facts.at),
    keywords: ['computed tomography', 'abdomen', 'segmentation', 'liver', 'kidney', 'spleen', 'pancreas'],
    creator: { '@type': 'Organization', name: campaign },
    distribution: [manifestFile, ...manifest.files].map(fileObject),
    recordSet: [caseRecords()],
  };
}

function bibtex({ campaign, version, cases }: ReleaseManifest, at: string): string {
  return `@misc{${campaign}-${version}, title={${campaign}: ${cases.length} abdominal CTs with four organs}, version={${version}}, year={${at.slice(0, 4)}}}`;
}

function fileObject({ path, sha256, bytes }: ReleaseFile) {
  return {
    '@type': 'cr:FileObject',
    '@id': path,
    name: path,
    contentUrl: path,
    contentSize: `${bytes} B`,
    encodingFormat: formatOf(path),
    sha256,
  };
}

function formatOf(path: string): string {
  if (path.endsWith('.gz')) return 'application/gzip';
  if (path.endsWith('.nii')) return 'application/x-nifti';
  if (path.endsWith('.json')) return 'application/json';
  return path.endsWith('.csv') ? 'text/csv' : 'text/markdown';
}

function caseRecords() {
  return {
    '@type': 'cr:RecordSet',
    '@id': 'cases',
    name: 'cases',
    description: 'One record for each case.',
    key: { '@id': 'cases/case' },
    field: caseColumns.map(({ name, about, type }) => ({
      '@type': 'cr:Field',
      '@id': `cases/${name}`,
      name,
      description: about,
      dataType: `sc:${type}`,
      source: { fileObject: { '@id': casesPath }, extract: { column: name } },
    })),
  };
}
