/** First bytes of files that people give in place of a NIfTI file. */
const others: readonly { readonly begins: RegExp; readonly what: string }[] = [
  { begins: /^PK/, what: 'a zip archive' },
  { begins: /^\s*<(!doctype|html|head|body|\?xml)/i, what: 'a web page or XML document' },
  { begins: /^\x89PNG|^\xff\xd8\xff|^GIF8/, what: 'a picture' },
  { begins: /^%PDF/, what: 'a PDF document' },
  { begins: /^[\s\S]{128}DICM/, what: 'a DICOM file' },
  { begins: /^\s*[{[]/, what: 'a JSON document' },
];

/** What a file evidently is that is no image and no mask, by its first bytes: "a zip archive". */
export function foreignKind(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 256)).toString('latin1');
  return others.find(({ begins }) => begins.test(start))?.what;
}
