import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { PlusctError } from '../domain/errors.js';
import { hasMagic } from '../imaging/dicom-elements.js';
import { type DicomFiles, seriesUnder } from '../sources/dicom-files.js';
import { filesUnder, folderOf, nameOf } from '../sources/file-tree.js';
import type { InspectInput } from '../sources/inspection.js';

/** One image or label map on disk. Paths are relative to `directory`. */
export interface Volume extends Pick<InspectInput, 'image' | 'path' | 'labelPath'> {
  readonly directory: string;
}

/** The volumes that a path holds: a file, the series that a DICOM file belongs to, or everything in a folder. */
export async function volumesAt(path: string, label: string | undefined): Promise<Volume[]> {
  const there = await stat(path).catch(() => undefined);
  if (there === undefined) throw new PlusctError('InvalidInput', `${path}: there is no such file or folder`);
  const labelled = label === undefined ? {} : { labelPath: resolve(label) };
  if (there.isFile()) return [{ ...(await volumeOf(path)), ...labelled }];
  const files = await filesUnder(path);
  const series = (await seriesUnder(path, files)).map((each) => seriesVolume(path, each));
  const volumes = files
    .filter((file) => /\.(nii(\.gz)?|nrrd)$/i.test(file))
    .map((file): Volume => ({ directory: path, image: { kind: 'nifti', path: file }, path: file }));
  const found = [...series, ...volumes];
  if (found.length > 0) return found.map((each) => (found.length === 1 ? { ...each, ...labelled } : each));
  throw new PlusctError('InvalidInput', `${path}: holds no .nii, .nii.gz or .nrrd file and no DICOM series`);
}

/** A DICOM file stands for its series, as far as that lies in the same folder. */
async function volumeOf(path: string): Promise<Volume> {
  const asIs: Volume = { directory: '', image: { kind: 'nifti', path }, path };
  if (!hasMagic(await readFile(path))) return asIs;
  const [directory, name] = [dirname(resolve(path)), basename(path)];
  const beside = (await filesUnder(directory)).filter((each) => folderOf(each) === '');
  const own = (await seriesUnder(directory, beside)).find(({ paths }) => paths.includes(name));
  return own === undefined
    ? { ...asIs, image: { kind: 'dicom', paths: [path] } }
    : seriesVolume(directory, own);
}

/** Called after its folder, or its file where it is one. */
function seriesVolume(directory: string, { paths }: DicomFiles): Volume {
  const folder = folderOf(paths[0]!) || basename(resolve(directory));
  const path = paths.length === 1 ? `${folder}/${nameOf(paths[0]!)}` : folder;
  return { directory, image: { kind: 'dicom', paths }, path };
}
