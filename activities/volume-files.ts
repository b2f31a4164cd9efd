import { existsSync, readFileSync } from 'node:fs';
import { PlusctError } from '../domain/errors.js';

/** The bytes of a volume's file; of a .hdr/.img pair the header, and the voxels beside it. */
export interface VolumeFiles {
  readonly bytes: Uint8Array;
  readonly image?: Uint8Array;
}

/**
 * Reads `path`: a .nii or .nii.gz alone, or the .hdr of a pair with its .img, packed or not.
 * Throws `InvalidInput` where a header has no .img beside it.
 */
export function readVolumeFiles(path: string): VolumeFiles {
  const bytes = readFileSync(path);
  const [ending] = /\.hdr(\.gz)?$/i.exec(path) ?? [];
  if (ending === undefined) return { bytes };
  const stem = path.slice(0, -ending.length);
  const image = ['.img', '.img.gz', '.IMG'].map((each) => stem + each).find((each) => existsSync(each));
  if (image !== undefined) return { bytes, image: readFileSync(image) };
  throw new PlusctError(
    'InvalidInput',
    `${path}: there is no ${stem}.img beside it: put both files of the pair into one folder`,
  );
}
