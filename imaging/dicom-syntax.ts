import type { FrameCodec } from './dicom-codecs.js';

/** How a transfer syntax lays out the elements and packs the pixels (DICOM PS3.5 A and PS3.6 A). */
export interface TransferSyntax {
  readonly name: string;
  /** Elements carry no value representation. */
  readonly implicit?: true;
  readonly bigEndian?: true;
  /** Everything behind the meta group is a raw deflate stream. */
  readonly deflated?: true;
  /** Frames are in fragments, packed by this method; absent where pixels lie open or plusct knows no way. */
  readonly codec?: FrameCodec;
  /** Pixels may differ from those of the scanner. */
  readonly lossy?: true;
  /** Known by name only: plusct does not decode it. */
  readonly unsupported?: true;
}

const syntaxes: Readonly<Record<string, TransferSyntax>> = {
  '1.2.840.10008.1.2': { name: 'Implicit VR Little Endian', implicit: true },
  '1.2.840.10008.1.2.1': { name: 'Explicit VR Little Endian' },
  '1.2.840.10008.1.2.1.99': { name: 'Deflated Explicit VR Little Endian', deflated: true },
  '1.2.840.10008.1.2.2': { name: 'Explicit VR Big Endian', bigEndian: true },
  '1.2.840.10008.1.2.4.50': { name: 'JPEG Baseline', lossy: true, unsupported: true },
  '1.2.840.10008.1.2.4.51': { name: 'JPEG Extended', lossy: true, unsupported: true },
  '1.2.840.10008.1.2.4.57': { name: 'JPEG Lossless', codec: 'jpeg-lossless' },
  '1.2.840.10008.1.2.4.70': { name: 'JPEG Lossless, first-order prediction', codec: 'jpeg-lossless' },
  '1.2.840.10008.1.2.4.80': { name: 'JPEG-LS Lossless', codec: 'jpeg-ls' },
  '1.2.840.10008.1.2.4.81': { name: 'JPEG-LS Near-Lossless', codec: 'jpeg-ls', lossy: true },
  '1.2.840.10008.1.2.4.90': { name: 'JPEG 2000 Lossless', codec: 'jpeg-2000' },
  '1.2.840.10008.1.2.4.91': { name: 'JPEG 2000', codec: 'jpeg-2000', lossy: true },
  '1.2.840.10008.1.2.4.110': { name: 'JPEG XL Lossless', unsupported: true },
  '1.2.840.10008.1.2.4.201': { name: 'High-Throughput JPEG 2000 Lossless', unsupported: true },
  '1.2.840.10008.1.2.4.202': { name: 'High-Throughput JPEG 2000 RPCL', unsupported: true },
  '1.2.840.10008.1.2.4.203': { name: 'High-Throughput JPEG 2000', lossy: true, unsupported: true },
  '1.2.840.10008.1.2.5': { name: 'RLE Lossless', codec: 'rle' },
};

/** The transfer syntax of a UID. One that plusct does not know reads as explicit little endian, unsupported. */
export function transferSyntaxOf(uid: string): TransferSyntax {
  return syntaxes[uid] ?? { name: 'a transfer syntax that plusct does not know', unsupported: true };
}

export const deflatedUid = '1.2.840.10008.1.2.1.99';
export const explicitUid = '1.2.840.10008.1.2.1';
