import type { SourceCase } from '../domain/case.js';
import { dicomProfile, profileAction } from '../domain/dicom-profile.js';
import { DataError } from '../domain/errors.js';
import { type Finding, finding } from '../domain/finding.js';
import {
  type IdentityCheck,
  type IdentityVerdict,
  identityRules,
  judgeAttribute,
  judgeFreeText,
  masked,
} from '../domain/identity.js';
import { type DicomText, readDicomTexts } from '../imaging/dicom-file.js';
import { niftiFreeText } from '../imaging/nifti-free-text.js';

/** What a case's files hold of people, as evidence and as findings. */
export interface IdentityReport {
  readonly check: IdentityCheck;
  readonly findings: readonly Finding[];
}

type Evidence = IdentityCheck['retained'][number];

interface Trace extends Evidence {
  readonly where: string;
  readonly verdict: IdentityVerdict;
}

/** Findings of one kind beyond this are counted only: the same fields are in every slice. */
const shownAtMost = 10;
const retainedAtMost = 100;
/** NIfTI's code of extensions that hold DICOM attributes. */
const dicomExtension = 'extension 2';

/**
 * Looks through headers for traces of a person: the free text of NIfTI files and their extensions, and every attribute of DICOM files that the
 * confidentiality profile names. Values are shown masked only. Files that cannot be read are left to those who report it.
 */
export function identityReport(
  { image, labelPath, caseId }: SourceCase,
  files: ReadonlyMap<string, Uint8Array>,
): IdentityReport {
  const niftis = [
    ...(image.kind === 'nifti' ? [image.path] : []),
    ...(labelPath === undefined ? [] : [labelPath]),
  ];
  const texts = niftis.flatMap((path) =>
    readable(files, path, niftiFreeText).map((each) => ({ ...each, path })),
  );
  const slices = image.kind === 'dicom' ? image.paths : [];
  const attributes = slices.flatMap((path) =>
    readable(files, path, (bytes, where) => readDicomTexts(where, bytes)).map((each) => ({ ...each, path })),
  );
  const stated = [
    statedValue(attributes, 'PatientIdentityRemoved'),
    statedValue(attributes, 'DeidentificationMethod'),
  ];
  const declared = /^yes$/i.test(stated[0] ?? '');
  const traces = [
    ...texts.map(textTrace),
    ...attributes.flatMap((each) => attributeTrace(each, caseId, declared)),
  ];
  const privates = attributes.filter(({ tag }) => isPrivate(tag));
  const check: IdentityCheck = {
    profile: dicomProfile,
    rules: identityRules,
    files: niftis.length + slices.length,
    fields: texts.length + attributes.length,
    ...(stated.some((each) => each !== undefined)
      ? { stated: stated.map((each) => each ?? '').join(': ') }
      : {}),
    retained: distinct(traces.filter(({ verdict }) => verdict === 'nothing'))
      .slice(0, retainedAtMost)
      .map(({ field, action, value }) => ({ field, action, value })),
    privateElements: privates.length,
  };
  return {
    check,
    findings: [...identityFindings(traces), ...burnedIn(attributes), ...privateFinding(privates)],
  };
}

function readable<T>(
  files: ReadonlyMap<string, Uint8Array>,
  path: string,
  read: (bytes: Uint8Array, where: string) => T[],
): T[] {
  const bytes = files.get(path);
  if (bytes === undefined) return [];
  try {
    return read(bytes, path);
  } catch (error) {
    if (error instanceof DataError) return [];
    throw error;
  }
}

function statedValue(attributes: readonly DicomText[], name: string): string | undefined {
  return attributes.find((each) => each.name === name)?.text;
}

function textTrace({ field, text, path }: { field: string; text: string; path: string }): Trace {
  const judged = judgeFreeText(text);
  const verdict = judged === 'nothing' && field === dicomExtension ? 'indirect' : judged;
  return { where: path, field, action: 'free text', value: masked(text), verdict };
}

function attributeTrace(each: DicomText & { path: string }, caseId: string, declared: boolean): Trace[] {
  const action = profileAction(each.tag);
  // Whether a UID was replaced cannot be seen.
  if (action === undefined || action.includes('U')) return [];
  const verdict = judgeAttribute(each, caseId, declared);
  return [{ where: each.path, field: each.name, action, value: masked(each.text), verdict }];
}

/** The first of each field and value. */
function distinct(traces: readonly Trace[]): Trace[] {
  const first = new Map<string, Trace>();
  for (const trace of traces) {
    const key = JSON.stringify([trace.field, trace.value]);
    if (!first.has(key)) first.set(key, trace);
  }
  return [...first.values()];
}

function identityFindings(traces: readonly Trace[]): Finding[] {
  const told = distinct(traces.filter(({ verdict }) => verdict !== 'nothing'));
  return told.slice(0, shownAtMost).map(({ where, field, value, verdict }) => {
    const code = verdict === 'direct' ? 'IDENTITY_DIRECT' : 'IDENTITY_TEXT';
    const what =
      verdict === 'direct' ? 'seems to name a person' : 'holds text that may help to tell who it is';
    const more = told.length > shownAtMost ? ` (one of ${told.length} such fields)` : '';
    return finding(code, {
      where,
      field,
      value,
      message: `${where}: ${field} ${what}${more}; the value is not repeated here`,
      suggestion:
        'look at the field in the file; if it is about a person, remove it at the source and tell the collection’s keepers',
    });
  });
}

function burnedIn(attributes: readonly (DicomText & { path: string })[]): Finding[] {
  const first = attributes.find(({ name, text }) => name === 'BurnedInAnnotation' && /^yes$/i.test(text));
  if (first === undefined) return [];
  return [
    finding('BURNED_IN_TEXT', {
      where: first.path,
      field: first.name,
      value: first.text,
      message: `${first.path}: says that text is drawn into its pixels`,
      suggestion: 'look at the slices; names in pixels are in every copy of the image',
    }),
  ];
}

function privateFinding(privates: readonly (DicomText & { path: string })[]): Finding[] {
  const [first] = privates;
  if (first === undefined) return [];
  const creators = [
    ...new Set(privates.filter(({ tag }) => /^....00[1-9A-F]./.test(tag)).map(({ text }) => text)),
  ];
  return [
    finding('PRIVATE_ELEMENTS', {
      where: first.path,
      field: first.tag,
      value: String(privates.length),
      message: `${first.path} and its series: ${privates.length} private elements${creators.length > 0 ? ` of ${creators.slice(0, 5).join(', ')}` : ''}`,
      suggestion: 'nothing to do: they do not go into anything that plusct writes',
    }),
  ];
}

/** Private elements have an odd group. */
function isPrivate(tag: string): boolean {
  return Number.parseInt(tag.slice(0, 4), 16) % 2 === 1;
}
