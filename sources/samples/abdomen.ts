import type { Collection } from '../../domain/collection.js';
import type { Anatomy } from './anatomy.js';
import {
  kidneyParts,
  liverParts,
  type Part,
  pancreasBeads,
  spleenParts,
  tumourParts,
} from './organ-shapes.js';
import { type Bead, ellipsoid, type Point, tube, where } from './shape.js';
import { tissueCode } from './tissue.js';

const bead = (radiusMm: number, x: number, y: number, z: number): Bead => ({ at: [x, y, z], radiusMm });
const thinner = (beads: readonly Bead[], byMm: number): Bead[] =>
  beads.map(({ at, radiusMm }) => ({ at, radiusMm: Math.max(1, radiusMm - byMm) }));
const shifted = (beads: readonly Bead[], by: Point, factor = 1): Bead[] =>
  beads.map(({ at, radiusMm }) => ({
    at: [at[0] + by[0], at[1] + by[1], at[2] + by[2]],
    radiusMm: radiusMm * factor,
  }));

/** Everything inside the abdomen and the great vessels, in the order in which it is painted. */
export function abdomenParts(collection: Collection, anatomy: Anatomy): Part[] {
  const parts = [
    ...stomachParts(anatomy),
    ...smallBowelParts(anatomy),
    ...colonParts(anatomy),
    ...liverParts(anatomy),
    ...spleenParts(anatomy),
    ...kidneyParts(anatomy, 1),
    ...kidneyParts(anatomy, -1),
    ...pancreasParts(anatomy),
    ...vesselParts(),
    ...tumourParts(collection, anatomy),
  ];
  return parts.sort((a, b) => tissueCode[a.tissue] - tissueCode[b.tissue]);
}

/** Fundus and body at the left, antrum to the midline; gas rises to the front of a patient on the back. */
function stomachParts({ stomach }: Anatomy): Part[] {
  const [dx, dy, dz] = stomach.shiftMm;
  const centre: Point = [-56 + dx, 24 + dy, 36 + dz];
  const radii: Point = [37 * stomach.size, 34 * stomach.size, 46 * stomach.size];
  const inner: Point = [radii[0] - 5, radii[1] - 5, radii[2] - 5];
  const antrum = shifted(
    [bead(19, -44, 42, 8), bead(16, -18, 56, -6), bead(13, 10, 54, -8), bead(10, 30, 44, -4)],
    [dx / 2, dy / 2, dz / 2],
  );
  const level = centre[1] + 8;
  return [
    { tissue: 'stomachWall', shapes: [ellipsoid(centre, radii)] },
    { tissue: 'stomachWall', shapes: tube(antrum) },
    { tissue: 'stomachContent', shapes: [ellipsoid(centre, inner)] },
    { tissue: 'stomachContent', shapes: tube(thinner(antrum, 5)) },
    { tissue: 'stomachGas', shapes: [where(ellipsoid(centre, inner), (_x, y) => y > level)] },
    { tissue: 'gallbladder', shapes: [ellipsoid([50 + dx / 2, 42, -16], [13, 15, 25], { leanDeg: 15 })] },
    {
      tissue: 'duodenum',
      shapes: tube([
        bead(11, 32, 38, -2),
        bead(12, 52, 22, -8),
        bead(12, 57, 10, -32),
        bead(11, 40, 6, -54),
        bead(10, 4, 6, -56),
        bead(10, -24, 10, -44),
      ]),
    },
  ];
}

/** Loops on a loose lattice in the lower middle of the belly. */
function smallBowelParts({ chance }: Anatomy): Part[] {
  const random = chance('bowel');
  const parts: Part[] = [];
  for (let z = -112; z <= -52; z += 25) {
    for (let x = -74; x <= 74; x += 29) {
      for (let y = 8; y <= 60; y += 25) {
        const beads = loopBeads([x, y, z], random);
        parts.push({ tissue: 'smallBowel', shapes: tube(beads, 4) });
        if (random() < 0.7) parts.push({ tissue: 'smallBowelContent', shapes: tube(thinner(beads, 4.5), 4) });
      }
    }
  }
  return parts;
}

function loopBeads(middle: Point, random: () => number): Bead[] {
  const jitter = (): number => 12 * (random() - 0.5);
  const angle = 2 * Math.PI * random();
  const [dx, dy] = [12 * Math.cos(angle), 8 * Math.sin(angle)];
  const [x, y, z] = [middle[0] + jitter(), middle[1] + jitter(), middle[2] + jitter()];
  const radius = 9 + 4 * random();
  return [
    bead(radius, x - dx, y - dy, z - 4),
    bead(radius, x, y + 3, z),
    bead(radius, x + dx, y + dy, z + 4),
  ];
}

/** A frame around the bowel: up at the right, across the front, down at the left; faeces and gas in it. */
function colonParts({ chance }: Anatomy): Part[] {
  const random = chance('colon');
  const sag = 22 * random();
  const course = [
    bead(19, 98, -8, -115),
    bead(20, 99, 0, -78),
    bead(17, 88, 30, -62),
    bead(16, 44, 62, -66 - sag / 2),
    bead(16, 0, 66, -66 - sag),
    bead(16, -52, 60, -50 - sag / 2),
    bead(16, -92, 22, -22),
    bead(15, -101, -8, -42),
    bead(15, -101, -12, -115),
  ];
  const gasFrom = Math.floor(4 * random());
  const gas = shifted(course.slice(gasFrom + 1, gasFrom + 5), [0, 5, 0], 0.52);
  return [
    { tissue: 'colonWall', shapes: tube(course, 8) },
    { tissue: 'colonContent', shapes: tube(thinner(course, 4.5), 8) },
    { tissue: 'colonGas', shapes: tube(gas, 8) },
  ];
}

function pancreasParts(anatomy: Anatomy): Part[] {
  const beads = pancreasBeads(anatomy);
  // The splenic vein runs along the back of body and tail and joins the portal vein behind the neck.
  const splenicVein = beads.slice(3).map(({ at }) => bead(4.6, at[0], at[1] - 9.5, at[2] + 3));
  const neck = splenicVein[0].at;
  const portal = [
    bead(5.5, 6, 16, -115),
    bead(6, 8, neck[1] - 2, -46),
    bead(7, neck[0], neck[1], neck[2]),
    bead(7, 24, 6, 12),
    bead(7, 40, 4, 14),
  ];
  return [
    { tissue: 'pancreas', shapes: tube(beads, 7) },
    { tissue: 'portalVein', shapes: tube(splenicVein) },
    { tissue: 'portalVein', shapes: tube(portal, 8) },
  ];
}

function vesselParts(): Part[] {
  const aorta = [
    bead(10, -9, -17, -118),
    bead(10.5, -8, -17, -60),
    bead(11, -7, -16, 0),
    bead(11.5, -8, -16, 50),
    bead(12, -12, -20, 118),
  ];
  const cava = [bead(11, 20, -17, -118), bead(12, 21, -16, -40), bead(12, 22, -14, 20), bead(13, 22, -4, 74)];
  const mesentericArtery = [
    bead(4.5, -6, -6, 2),
    bead(4.2, -6, 5, -16),
    bead(4, -3, 12, -52),
    bead(4, 0, 18, -115),
  ];
  return [
    { tissue: 'aorta', shapes: tube(aorta, 10), over: 'mediastinum' },
    { tissue: 'venaCava', shapes: tube(cava, 10), over: 'mediastinum' },
    { tissue: 'mesentericArtery', shapes: tube(mesentericArtery, 10) },
    { tissue: 'adrenal', shapes: tube([bead(3.4, 36, -32, 48), bead(3, 40, -48, 36)]) },
    { tissue: 'adrenal', shapes: tube([bead(3.4, -32, -28, 50), bead(3, -42, -42, 40)]) },
  ];
}
