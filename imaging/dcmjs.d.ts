/** The little that plusct uses of dcmjs, which ships no types. */
declare module 'dcmjs' {
  /** One data element; binary values are ArrayBuffers, DS and IS numbers, the rest text. */
  interface DicomElement {
    vr: string;
    Value?: unknown[];
  }
  /** Elements by tag as eight hex digits in upper case: `00280010`. */
  type DicomElements = Record<string, DicomElement>;

  class DicomDict {
    constructor(meta: DicomElements);
    meta: DicomElements;
    dict: DicomElements;
    write(options?: { allowInvalidVRLength: boolean }): ArrayBuffer;
  }

  export const data: {
    DicomDict: typeof DicomDict;
    DicomMessage: {
      readFile(bytes: ArrayBuffer, options?: { untilTag: string; includeUntilTagValue: boolean }): DicomDict;
    };
    DicomMetaDictionary: { dictionary: Record<string, { name: string } | undefined> };
  };
  interface Logger {
    setLevel(level: 'silent' | 'error' | 'warn'): void;
  }
  export const log: Logger & { getLogger(name: string): Logger };
}
