import type { Geometry } from '../../domain/volume.js';
import { geometryFromAffine } from '../../imaging/geometry.js';
import { gaussian } from '../../imaging/random.js';
import { abdomenParts } from './abdomen.js';
import { type Anatomy, drawAnatomy } from './anatomy.js';
import { type Frame, frameOf } from './frame.js';
import type { Part } from './organ-shapes.js';
import type { SamplePatient } from './patient.js';
import type { Shape } from './shape.js';
import { grain, smoothAlong, toHu } from './texture.js';
import { huOfTissues, labelOfTissues, type Phase, tissueCode, tumourOfTissues } from './tissue.js';
import { bodyHalfAxesMm, torsoClassifier } from './torso.js';

/** A painted patient. All arrays are in index order (i, j, k), i fastest; i to Right, j Anterior, k Superior. */
export interface Phantom {
  readonly geometry: Geometry;
  readonly hu: Int16Array;
  /** 0 background, 1 liver, 2 kidney, 3 spleen, 4 pancreas; tumours belong to their organ. */
  readonly labels: Uint8Array;
  /** 1 where the organ is tumour. */
  readonly tumour: Uint8Array;
}

/** A scanned patient with the air and the table around: millimetres added to the body at the sides and in depth. */
const marginMm = { width: 22, depth: 40 } as const;
const noiseHu = { least: 10, most: 15 } as const;

/**
 * Paints one patient: a CT of the abdomen and the truth about its four organs. Pure: same patient, same voxels.
 * World coordinates are RAS+ with the origin in the middle of the field of view before `droppedSlices` were cut.
 */
export function paintPhantom(patient: SamplePatient): Phantom {
  const anatomy = drawAnatomy(patient.seed);
  const geometry = scanGeometry(patient, anatomy);
  const tissues = paintTissues(patient, anatomy, geometry);
  const hu = scan(tissues, patient.phase, geometry.shape, anatomy);
  const labels = lookUp(tissues, labelOfTissues());
  const tumour = lookUp(tissues, tumourOfTissues());
  return dropSlices({ geometry, hu, labels, tumour }, patient.droppedSlices);
}

function lookUp(codes: Uint8Array, table: Uint8Array): Uint8Array {
  const values = new Uint8Array(codes.length);
  for (let n = 0; n < codes.length; n++) values[n] = table[codes[n]];
  return values;
}

/** The field of view is chosen for the body, as a radiographer does. In-plane spacing is a whole number of 0.01 mm. */
function scanGeometry(patient: SamplePatient, anatomy: Anatomy): Geometry {
  const [halfWidth, halfDepth] = bodyHalfAxesMm(anatomy.fatMm);
  const [standardWidth, depth] = [96, 80];
  const wanted = Math.max(
    (2 * halfWidth * anatomy.scale[0] + marginMm.width) / standardWidth,
    (2 * halfDepth * anatomy.scale[1] + marginMm.depth) / depth,
  );
  const plane = Math.ceil(100 * wanted) / 100;
  const step = patient.sliceStepMm;
  const [n1, n2, n3] = patient.shape;
  return geometryFromAffine(
    patient.shape,
    [
      [plane, 0, 0, (-plane * (n1 - 1)) / 2],
      [0, plane, 0, (-plane * (n2 - 1)) / 2],
      [0, 0, step, (-step * (n3 - 1)) / 2],
    ],
    'sform',
    patient.caseId,
  );
}

function paintTissues(patient: SamplePatient, anatomy: Anatomy, geometry: Geometry): Uint8Array {
  const frame = frameOf(geometry, anatomy);
  const { x, y, z } = frame;
  const classify = torsoClassifier(anatomy);
  const tissues = new Uint8Array(x.length);
  for (let n = 0; n < tissues.length; n++) tissues[n] = classify(x[n], y[n], z[n]);
  for (const part of abdomenParts(patient.collection, anatomy)) {
    for (const solid of part.shapes) paint(part, solid, tissues, frame, geometry.shape);
  }
  return tissues;
}

function paint(part: Part, solid: Shape, tissues: Uint8Array, frame: Frame, shape: Geometry['shape']): void {
  const { x, y, z } = frame;
  const { from, to } = frame.boxOf(solid.low, solid.high);
  const floor = tissueCode[part.over ?? 'visceralFat'];
  const own = tissueCode[part.tissue];
  for (let k = from[2]; k <= to[2]; k++) {
    for (let j = from[1]; j <= to[1]; j++) {
      const row = shape[0] * (j + shape[1] * k);
      for (let n = row + from[0]; n <= row + to[0]; n++) {
        const below = tissues[n];
        if (below >= floor && below < own && solid.inside(x[n], y[n], z[n])) tissues[n] = own;
      }
    }
  }
}

/** HU of a tissue map as a scanner shows it: blurred borders, uneven tissue, noise. */
function scan(tissues: Uint8Array, phase: Phase, shape: Geometry['shape'], anatomy: Anatomy): Int16Array {
  const random = anatomy.chance('scanner');
  const huOf = huOfTissues(phase).map((hu) => (Math.abs(hu) < 400 ? hu + gaussian(random, 0, 5) : hu));
  const values = new Float32Array(tissues.length);
  for (let n = 0; n < values.length; n++) values[n] = huOf[tissues[n]];
  for (const axis of [0, 1, 2] as const) smoothAlong(values, shape, axis, axis === 2 ? 0.08 : 0.13);
  const deviation = noiseHu.least + (noiseHu.most - noiseHu.least) * random();
  const noise = grain(shape, deviation, random);
  for (let n = 0; n < values.length; n++) values[n] += noise[n];
  return toHu(values);
}

/** Without the lowest slices; k grows upwards, so the origin moves up. */
function dropSlices(phantom: Phantom, count: number): Phantom {
  if (count === 0) return phantom;
  const { geometry } = phantom;
  const [n1, n2, n3] = geometry.shape;
  const [rowX, rowY, rowZ] = geometry.affine;
  const first = n1 * n2 * count;
  return {
    geometry: {
      ...geometry,
      shape: [n1, n2, n3 - count],
      affine: [rowX, rowY, [rowZ[0], rowZ[1], rowZ[2], rowZ[3] + count * rowZ[2]]],
    },
    hu: phantom.hu.slice(first),
    labels: phantom.labels.slice(first),
    tumour: phantom.tumour.slice(first),
  };
}
