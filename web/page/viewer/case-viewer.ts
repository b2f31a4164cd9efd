import { cmapper, DRAG_MODE, Niivue, NVImage, SLICE_TYPE } from '@niivue/niivue';
import { fileIndex, fileVoxel, isInside, rasVoxel, type Triple, type VoxelGrid } from '../drawing/grid.js';
import { overlayColours } from './colours.js';
import type { CtWindow } from './windows.js';

/** Where the cross-hair is: the file's voxel and its CT value. */
export interface Location {
  readonly voxel: Triple;
  /** The viewer's voxel: the same place, axes to the right, the front and the head. */
  readonly ras: Triple;
  readonly hu: number;
}

/** A place of the axial plane under the pointer, in the viewer's voxels; whole numbers are centres. */
export interface PlanePoint {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export type Layout = 'three' | 'axial';
/** What the overlay shows at each voxel of the file. */
export type Overlay = (index: number) => number;

const layouts: Record<Layout, Parameters<Niivue['setCustomLayout']>[0]> = {
  three: [
    { sliceType: SLICE_TYPE.AXIAL, position: [0, 0, 0.64, 1] },
    { sliceType: SLICE_TYPE.CORONAL, position: [0.64, 0, 0.36, 0.5] },
    { sliceType: SLICE_TYPE.SAGITTAL, position: [0.64, 0.5, 0.36, 0.5] },
  ],
  axial: [{ sliceType: SLICE_TYPE.AXIAL, position: [0, 0, 1, 1] }],
};
/** NiiVue's texture unit of the drawing. */
const drawTextureUnit = 7;

/** One case on a canvas: CT in three planes under a label overlay, by NiiVue. Times, places and colours only; it decides nothing. */
export class CaseViewer {
  private readonly niivue = new Niivue({
    isRadiologicalConvention: true,
    sliceType: SLICE_TYPE.MULTIPLANAR,
    dragMode: DRAG_MODE.windowing,
    dragAndDropEnabled: false,
    isNearestInterpolation: true,
    crosshairColor: [0.95, 0.95, 0.95, 0.55],
    crosshairWidth: 0.6,
    crosshairWidthUnit: 'mm',
    crosshairGap: 10,
    fontColor: [0.75, 0.78, 0.82, 1],
    backColor: [0.02, 0.025, 0.03, 1],
    loadingText: '',
    logLevel: 'error',
    clipPlaneHotKey: '',
    cycleClipPlaneHotKey: '',
    viewModeHotKey: '',
  });
  private overlay: Overlay = () => 0;
  private shownGrid: VoxelGrid | undefined;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  /** Opens the canvas. `onMove` is told where the cross-hair went. */
  async open(onMove: (location: Location) => void): Promise<void> {
    await this.niivue.attachToCanvas(this.canvas, true);
    this.niivue.onLocationChange = () => {
      const location = this.location();
      if (location !== undefined) onMove(location);
    };
    this.niivue.drawLut = cmapper.makeDrawLut(overlayColours());
  }

  /** Shows an image (NIfTI bytes, gzipped or not) and tells how its voxels lie. */
  async show(name: string, bytes: ArrayBuffer, window: CtWindow): Promise<VoxelGrid> {
    const image = await NVImage.loadFromUrl({ url: bytes, name });
    for (const volume of [...this.niivue.volumes]) this.niivue.removeVolume(volume);
    this.niivue.addVolume(image);
    this.shownGrid = gridOf(image);
    this.niivue.createEmptyDrawing();
    this.arrange('three');
    this.window(window);
    this.niivue.createOnLocationChange();
    return this.shownGrid;
  }

  window({ levelHu, widthHu }: CtWindow): void {
    const [image] = this.niivue.volumes;
    if (image === undefined) return;
    image.cal_min = levelHu - widthHu / 2;
    image.cal_max = levelHu + widthHu / 2;
    this.niivue.updateGLVolume();
  }

  /** From 0 (only the image) to 1. */
  opacity(value: number): void {
    this.niivue.setDrawOpacity(value);
  }

  arrange(layout: Layout): void {
    this.niivue.setCustomLayout(layouts[layout]);
  }

  /** Shows another overlay on all slices. */
  cover(overlay: Overlay): void {
    this.overlay = overlay;
    const grid = this.shownGrid;
    if (grid === undefined) return;
    for (let z = 0; z < grid.rasSize[2]; z++) this.fillSlice(grid, z);
    this.niivue.refreshDrawing(true);
  }

  /** Shows what changed in one axial slice. */
  refresh(z: number): void {
    const grid = this.shownGrid;
    const bitmap = this.niivue.drawBitmap;
    if (grid === undefined || bitmap === null || bitmap === undefined) return;
    this.fillSlice(grid, z);
    const { gl } = this.niivue;
    const [width, height] = grid.rasSize;
    const slice = bitmap.subarray(z * width * height, (z + 1) * width * height);
    gl.activeTexture(gl.TEXTURE0 + drawTextureUnit);
    gl.bindTexture(gl.TEXTURE_3D, this.niivue.drawTexture);
    gl.texSubImage3D(gl.TEXTURE_3D, 0, 0, 0, z, width, height, 1, gl.RED, gl.UNSIGNED_BYTE, slice);
    this.niivue.drawScene();
  }

  /** Moves the cross-hair to a voxel of the file. */
  jump(voxel: Triple): void {
    if (this.shownGrid === undefined) return;
    const [x, y, z] = rasVoxel(this.shownGrid, voxel);
    this.niivue.scene.crosshairPos = this.niivue.vox2frac([x, y, z]);
    this.niivue.createOnLocationChange();
    this.niivue.drawScene();
  }

  /** Moves the cross-hair by voxels to the right, the front and the head. */
  move(x: number, y: number, z: number): void {
    this.niivue.moveCrosshairInVox(x, y, z);
  }

  /** The place of the axial plane under the pointer; undefined outside of it. */
  pick(event: { readonly clientX: number; readonly clientY: number }): PlanePoint | undefined {
    const grid = this.shownGrid;
    if (grid === undefined) return undefined;
    const [left, top] = this.toCanvas(event);
    const tile = this.niivue.screenSlices.findIndex(
      ({ axCorSag, leftTopWidthHeight: [x = 0, y = 0, width = 0, height = 0] }) =>
        axCorSag === SLICE_TYPE.AXIAL && left >= x && top >= y && left < x + width && top < y + height,
    );
    if (tile < 0) return undefined;
    const frac = this.niivue.screenXY2TextureFrac(left, top, tile, false);
    const [x, y] = [frac[0]! * grid.rasSize[0] - 0.5, frac[1]! * grid.rasSize[1] - 0.5];
    const z = Math.round(frac[2]! * grid.rasSize[2] - 0.5);
    return isInside(grid, Math.round(x), Math.round(y), z) ? { x, y, z } : undefined;
  }

  /** Where a voxel of the file lies in the axial plane, in CSS pixels from the canvas's corner; undefined off this slice. */
  pinOf(voxel: Triple): { readonly left: number; readonly top: number } | undefined {
    const at = this.location();
    if (this.shownGrid === undefined || at === undefined) return undefined;
    const ras = rasVoxel(this.shownGrid, voxel);
    if (ras[2] !== at.ras[2]) return undefined;
    const frac = this.niivue.vox2frac([ras[0], ras[1], ras[2]]);
    const found = this.niivue.frac2canvasPosWithTile(frac, SLICE_TYPE.AXIAL);
    if (found === null || this.niivue.screenSlices[found.tileIndex]?.axCorSag !== SLICE_TYPE.AXIAL)
      return undefined;
    const ratio = this.ratio();
    return { left: found.pos[0]! / ratio, top: found.pos[1]! / ratio };
  }

  /** CSS pixels of one voxel in the axial plane. */
  pixelsPerVoxel(): number {
    const tile = this.niivue.screenSlices.find(({ axCorSag }) => axCorSag === SLICE_TYPE.AXIAL);
    if (tile === undefined || this.shownGrid === undefined) return 1;
    const mm = tile.fovMM[0] ?? 1;
    return ((tile.leftTopWidthHeight[2] ?? 1) / mm) * (this.shownGrid.rasSpacingMm[0] / this.ratio());
  }

  location(): Location | undefined {
    const [image] = this.niivue.volumes;
    const grid = this.shownGrid;
    if (image === undefined || grid === undefined) return undefined;
    const found = this.niivue.frac2vox(this.niivue.scene.crosshairPos);
    const clamp = (axis: number) => Math.min(Math.max(found[axis]!, 0), grid.rasSize[axis]! - 1);
    const ras: Triple = [clamp(0), clamp(1), clamp(2)];
    const raw = Number(image.img?.[fileIndex(grid, ...ras)] ?? Number.NaN);
    const { scl_slope: slope, scl_inter: intercept } = image.hdr ?? { scl_slope: 1, scl_inter: 0 };
    return { voxel: fileVoxel(grid, ras), ras, hu: raw * (slope || 1) + (intercept || 0) };
  }

  /** Frees the canvas's graphics memory: browsers allow only few of them at once. */
  close(): void {
    this.niivue.cleanup();
    this.niivue.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  private fillSlice(grid: VoxelGrid, z: number): void {
    const bitmap = this.niivue.drawBitmap;
    if (bitmap === null || bitmap === undefined) return;
    const [width, height] = grid.rasSize;
    let at = z * width * height;
    for (let y = 0; y < height; y++) {
      let index = fileIndex(grid, 0, y, z);
      for (let x = 0; x < width; x++, index += grid.step[0]) bitmap[at++] = this.overlay(index);
    }
  }

  private toCanvas({ clientX, clientY }: { readonly clientX: number; readonly clientY: number }) {
    const box = this.canvas.getBoundingClientRect();
    const ratio = this.ratio();
    return [(clientX - box.left) * ratio, (clientY - box.top) * ratio] as const;
  }

  private ratio(): number {
    return this.niivue.uiData.dpr ?? 1;
  }
}

/** How NiiVue turned the volume into RAS order. */
function gridOf(image: NVImage): VoxelGrid {
  const { hdr, dimsRAS, pixDimsRAS, permRAS, img2RASstart: start, img2RASstep: step } = image;
  if (hdr === null || !dimsRAS || !pixDimsRAS || !permRAS || !start || !step) {
    throw new Error('The image has no geometry.');
  }
  const three = (values: ArrayLike<number>, from: number): Triple => [
    values[from]!,
    values[from + 1]!,
    values[from + 2]!,
  ];
  return {
    size: three(hdr.dims, 1),
    rasSize: three(dimsRAS, 1),
    axes: three(
      permRAS.map((axis) => Math.abs(axis) - 1),
      0,
    ),
    start: three(start, 0),
    step: three(step, 0),
    rasSpacingMm: three(pixDimsRAS, 1),
  };
}
