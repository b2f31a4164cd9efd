import { unfoldIds } from './id-ranges.js';

/** The ids of every case that a copy of a collection should have, withdrawn ones left out. */
export interface ExpectedCases {
  readonly labelled: readonly string[];
  readonly unlabelled: readonly string[];
}

/** LiTS as CodaLab gave it out. */
export const litsCases: ExpectedCases = {
  labelled: unfoldIds('volume-', '0-130'),
  unlabelled: unfoldIds('test-volume-', '0-69'),
};

/** The same in the Medical Segmentation Decathlon (`dataset.json` of Task03): no 131. */
export const litsDecathlonCases: ExpectedCases = {
  labelled: unfoldIds('volume-', '0-130'),
  unlabelled: unfoldIds('liver_', '132-201'),
};

export const kits19Cases: ExpectedCases = {
  labelled: unfoldIds('case_', '0-209', 5),
  unlabelled: unfoldIds('case_', '210-299', 5),
};

/** `dataset.json` of Task09; numbers are not padded, 4 and 5 do not exist. */
export const msdSpleenCases: ExpectedCases = {
  labelled: unfoldIds('spleen_', '2-3,6,8-10,12-14,16-22,24-29,31-33,38,40-41,44-47,49,52-53,56,59-63'),
  unlabelled: unfoldIds('spleen_', '1,7,11,15,23,30,34-37,39,42-43,48,50-51,54-55,57-58'),
};

const pancreasTests =
  '2-3,7-9,13-14,17,20,22-23,26-27,30-31,33-34,36,38-39,44,47,53-54,57,59-60,62-63,65,68,72-73,76,79,82,85,90,97,108,' +
  '112,115-116,118,121,123,128,132-134,136,139,141-144,146,150-154,156,161-164,168,171,174,176-177,184-185,188-190,' +
  '192,195,202,205-206,208,216,220-221,223,232-233,237-238,240,245,248,250-252,257,260,263,271-273,281-282,288,' +
  '306-307,314,317,319,322,324,332,335,337-338,340-341,349,352-353,359,363,368,371,373,381,383-384,390,394,396-397,' +
  '403,407-408,417,420';

/** `dataset.json` of Task07; numbers have three digits, 11 does not exist. */
export const msdPancreasCases: ExpectedCases = without('pancreas_', '1-10,12-421', pancreasTests, 3);

/** 25 and 70 were withdrawn. */
export const nihPancreasCases: ExpectedCases = {
  labelled: unfoldIds('PANCREAS_', '1-24,26-69,71-82', 4),
  unlabelled: [],
};

/** Cases for which AbdomenCT-1K published no mask. */
const unmasked =
  '10,13,16,27-28,32-33,38,43,58,218,224,228,236,241,246,274,404,408,415-416,422,424,429,439,444,447,456,528,534,' +
  '552-553,565,588,669,676,688,691,694,698,701,703,705,707,711,725,730-731,733,737,745,748,750,754-755,758,760,763,' +
  '781-782,925,955';

export const abdomenCt1kCases: ExpectedCases = without('Case_', '1-1062', unmasked, 5);

function without(prefix: string, all: string, unlabelled: string, width: number): ExpectedCases {
  const rest = unfoldIds(prefix, unlabelled, width);
  const left = new Set(rest);
  return {
    labelled: unfoldIds(prefix, all, width).filter((id) => !left.has(id)),
    unlabelled: rest,
  };
}
