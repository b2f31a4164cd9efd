import { describe, expect, it } from 'vitest';
import { profileAction, profileSize } from '../../domain/dicom-profile.js';
import { isPlaceholder, judgeAttribute, judgeFreeText, masked } from '../../domain/identity.js';

describe('free text', () => {
  it.each([
    ['Patient name: Erika Mustermann', 'direct'],
    ["patient's id=4711", 'direct'],
    ['MUSTERMANN^ERIKA', 'direct'],
    ['sent by e.muster@clinic.example', 'direct'],
    ['DOB: 1961-02-03', 'direct'],
    ['MRN #123456', 'direct'],
    ['scanned 2003-04-17', 'indirect'],
    ['20030417', 'indirect'],
    ['Patient name: anonymous', 'nothing'],
    ['Time=93808.000', 'nothing'],
    ['STEREOTAXIS', 'nothing'],
    ['5.0.10', 'nothing'],
    ['FSL5.0', 'nothing'],
    ['plusct', 'nothing'],
    ['3D-IRCADb-01 #17 as LiTS volume-44', 'nothing'],
    ['MSD Task07 pancreas_415; orientation inferred RAS', 'nothing'],
    ['TE=2.9;Time=123412.000;phase=1', 'nothing'],
    ['ITK/VTK 8.1.20180301', 'indirect'],
    ['<Label Key="1" Name="spleen" Red="1"/>', 'nothing'],
  ])('"%s": %s', (text, verdict) => {
    expect(judgeFreeText(text)).toBe(verdict);
  });
});

describe('a DICOM attribute', () => {
  const judged = (name: string, vr: string, text: string, declared = false) =>
    judgeAttribute({ name, vr, text }, 'PANCREAS_0001', declared);

  it.each([
    ['PatientName', 'PN', 'Mustermann^Erika', 'direct'],
    ['PatientName', 'PN', 'PANCREAS_0001', 'nothing'],
    ['PatientName', 'PN', 'CHAOS^CT_SET_3', 'nothing'],
    ['PatientName', 'PN', 'Anonymous', 'nothing'],
    ['PatientName', 'PN', '山田^太郎', 'direct'],
    ['ReferringPhysicianName', 'PN', 'Unknown', 'nothing'],
    ['RequestingPhysician', 'PN', '3600', 'indirect'],
    ['PatientBirthDate', 'DA', '19610203', 'direct'],
    ['PatientBirthDate', 'DA', '19610101', 'nothing'],
    ['PatientAddress', 'LO', 'Main Street 1', 'direct'],
    ['InstitutionName', 'LO', 'University Hospital', 'indirect'],
    ['InstitutionName', 'LO', 'REMOVED', 'nothing'],
    ['StudyDescription', 'LO', 'CT abdomen', 'nothing'],
    ['StudyDescription', 'LO', 'MUSTERMANN^ERIKA abdomen', 'direct'],
    ['StudyDate', 'DA', '20151124', 'nothing'],
  ])('%s (%s) "%s": %s', (name, vr, text, verdict) => {
    expect(judged(name, vr, text)).toBe(verdict);
  });

  it('is a birth date that nobody removed only where the file does not say that identity was removed', () => {
    expect(judged('PatientBirthDate', 'DA', '19610203', true)).toBe('nothing');
  });
});

describe('the profile', () => {
  it('has the actions of Table E.1-1', () => {
    expect(profileSize).toBe(620);
    const expected = {
      '00100010': 'Z',
      '00080020': 'Z',
      '00101040': 'X',
      '00181000': 'X/Z/D',
      '00080018': 'U',
      '00081140': 'X/Z/U*',
    };
    for (const [tag, action] of Object.entries(expected)) expect(profileAction(tag), tag).toBe(action);
    expect(profileAction('60023000')).toBe('X');
    expect(profileAction('00280010')).toBeUndefined();
  });
});

it('masks values and knows placeholders', () => {
  expect(masked('Mustermann')).toBe('Mu… (10 characters)');
  expect(['', ' ^ ', 'None', '000', 'de-identified'].map(isPlaceholder)).toEqual([
    true,
    true,
    true,
    true,
    true,
  ]);
  expect(['Ann', '3600'].map(isPlaceholder)).toEqual([false, false]);
});
