import { z } from 'zod';

/** What was looked at for traces of a person, and what was left; stored in the passport. */
export const IdentityCheck = z.object({
  /** Versions of the profile and of plusct's own rules. */
  profile: z.string(),
  rules: z.string(),
  files: z.number().int(),
  /** Fields that held a value and were compared with the profile or the rules. */
  fields: z.number().int(),
  /** PatientIdentityRemoved and DeidentificationMethod, where the files state them. */
  stated: z.string().optional(),
  /** Fields that the profile would empty or replace and that hold a value that names nobody, as far as the rules tell. */
  retained: z.array(z.object({ field: z.string(), action: z.string(), value: z.string() })),
  /** Number of private elements, whose meaning nobody but their maker knows. */
  privateElements: z.number().int(),
});
export type IdentityCheck = z.infer<typeof IdentityCheck>;

/** How sure the rules are that a value names a person. */
export type IdentityVerdict = 'direct' | 'indirect' | 'nothing';

export const identityRules = 'plusct identity rules 1';

/** The first two characters and how many there are: enough to find it, too little to tell. */
export function masked(text: string): string {
  return text.length === 0 ? '' : `${text.slice(0, 2)}… (${text.length} characters)`;
}

const placeholder =
  /^(anon\w*|unknown|none|null|removed|deleted|blank\w*|no ?name|de-?identified|redacted|test|dummy|n\/?a|x+|0+|-+|\?+)$/i;

/** A value that stands for one that was taken out. */
export function isPlaceholder(text: string): boolean {
  return text.replace(/[\s^=\\]+/g, '') === '' || placeholder.test(text.trim());
}

const spelled = String.raw`(?:patient(?:'?s)?|pat\.?|subject|physician|doctor|operator)[\s_-]*(?:name|id|no|number)?`;
const labelled = new RegExp(
  String.raw`\b(?:${spelled}|mrn|ssn|dob|date of birth|birth[\s_-]?date|phone|address|accession(?:[\s_-]*(?:no|number))?)\s*[:=#]\s*(\S.*)`,
  'i',
);
/** A name as DICOM writes it: two words of letters and a caret. */
const caretName = /\b\p{L}{2,}\^\p{L}{2,}/u;
const mail = /[\w.+-]+@[\w-]+\.\w{2,}/;
const day = String.raw`(?:0[1-9]|[12]\d|3[01])`;
const month = `(?:0[1-9]|1[0-2])`;
const date = new RegExp(String.raw`(?<!\d)(?:19|20)\d\d[-/.]?${month}[-/.]?${day}(?!\d)`);

/** Whether free text names somebody (`direct`) or holds a full date (`indirect`), which with other things may. */
export function judgeFreeText(text: string): IdentityVerdict {
  const [, after] = labelled.exec(text) ?? [];
  if (caretName.test(text) || mail.test(text)) return 'direct';
  if (after !== undefined && !isPlaceholder(after)) return 'direct';
  return date.test(text) ? 'indirect' : 'nothing';
}

/** Attributes that name, or lead to, one person whatever they hold. */
const direct = new Set([
  'PatientBirthName',
  'PatientMotherBirthName',
  'PatientAddress',
  'PatientTelephoneNumbers',
  'PatientTelecomInformation',
  'MilitaryRank',
  'MedicalRecordLocator',
  'OtherPatientNames',
  'PersonName',
  'PersonAddress',
  'PersonTelephoneNumbers',
]);
/** Attributes that narrow the circle, or that people write anything into. */
const indirect =
  /^(Institution\w*|AccessionNumber|OtherPatientIDs|IssuerOfPatientID|PatientComments|AdditionalPatientHistory|ImageComments|RequestAttributes\w*|ReferringPhysician\w+|InsurancePlanIdentification|CountryOfResidence|RegionOfResidence|PatientReligiousPreference|Occupation|EthnicGroup)$/;

/**
 * Whether an attribute that the profile would remove names somebody. A person's name counts when it has letters and no digit,
 * for pseudonyms such as PANCREAS_0001 have digits, and does not contain `caseId`; a birth date unless it is a 1 January,
 * which stands for a year alone. `declared`: the file says that identity was removed.
 */
export function judgeAttribute(
  { name, vr, text }: { name: string; vr: string; text: string },
  caseId: string,
  declared: boolean,
): IdentityVerdict {
  if (isPlaceholder(text) || plain(text).includes(plain(caseId))) return 'nothing';
  if (direct.has(name)) return 'direct';
  if (vr === 'PN') return judgeName(name, text);
  if (name === 'PatientBirthDate') return text.endsWith('0101') || declared ? 'nothing' : 'direct';
  if (name === 'PatientID') return judgeFreeText(text) === 'direct' ? 'direct' : 'nothing';
  if (indirect.test(name)) return 'indirect';
  return ['LO', 'SH', 'ST', 'LT', 'UT', 'UC'].includes(vr) && judgeFreeText(text) === 'direct'
    ? 'direct'
    : 'nothing';
}

function judgeName(name: string, text: string): IdentityVerdict {
  if (/\d/.test(text)) return name === 'PatientName' ? 'nothing' : 'indirect';
  return /\p{L}{2}/u.test(text) ? 'direct' : 'nothing';
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}
