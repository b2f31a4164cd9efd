import { encode } from 'fast-png';
import { outlines } from '../imaging/outline.js';
import type { SliceView } from '../imaging/slice-view.js';
import type { Mask } from '../imaging/volume.js';

/** Colours of the two masks: told apart by people with any kind of colour vision, and on black as on grey. */
export const truthColour = '#22d3ee';
export const predictionColour = '#fb923c';

const widthPx = 420;
/** Abdominal soft-tissue window. */
const windowHu = { from: -160, to: 240 };
const scaleBarMm = 20;

/**
 * One slice as a self-contained SVG: the CT (if there is one), what only one of the masks has as a tint, and the outline
 * of both along the voxels' edges. The picture is 420 wide and as high as the slice's proportions ask.
 */
export function drawSlice(view: SliceView): string {
  const { width, height, pixelMm } = view;
  const scale = widthPx / (width * pixelMm[0]);
  const [sx, sy] = [pixelMm[0] * scale, pixelMm[1] * scale];
  const heightPx = round(height * sy);
  const path = (mask: Mask): string =>
    outlines(mask, width, height)
      .map((loop) => `M${loop.map(([x, y]) => `${round(x * sx)} ${round(y * sy)}`).join('L')}Z`)
      .join('');
  const both = view.truth.map((value, at) => value & view.prediction[at]!);
  const tint = (mask: Mask, colour: string, opacity: number): string =>
    `<path d="${path(mask)}" fill="${colour}" fill-opacity="${opacity}" fill-rule="evenodd"/>`;
  const line = (mask: Mask, colour: string, style: string): string =>
    `<path d="${path(mask)}" fill="none" stroke="${colour}" stroke-linejoin="round" ${style}/>`;
  const without = (mask: Mask): Mask => mask.map((value, at) => value & (1 - both[at]!));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthPx} ${heightPx}" width="${widthPx}" height="${heightPx}">`,
    `<rect width="${widthPx}" height="${heightPx}" fill="#0b1120"/>`,
    view.hu === undefined
      ? tint(both, '#64748b', 0.55)
      : ctImage(view.hu, { width, height, widthPx, heightPx }),
    tint(without(view.truth), truthColour, 0.28),
    tint(without(view.prediction), predictionColour, 0.28),
    line(view.truth, truthColour, 'stroke-width="2"'),
    line(view.prediction, predictionColour, 'stroke-width="1.6"'),
    scaleBar(scale, heightPx),
    `<text x="10" y="${round(heightPx / 2)}" ${textStyle}>R</text>`,
    `<text x="${widthPx - 10}" y="${round(heightPx / 2)}" text-anchor="end" ${textStyle}>L</text>`,
    '</svg>',
  ].join('\n');
}

const textStyle = 'fill="#e2e8f0" font-family="Helvetica, Arial, sans-serif" font-size="13" opacity="0.85"';

function scaleBar(scale: number, heightPx: number): string {
  const length = round(scaleBarMm * scale);
  const y = round(heightPx - 14);
  return (
    `<path d="M12 ${y}h${length}" stroke="#e2e8f0" stroke-width="2.5"/>` +
    `<text x="12" y="${round(y - 7)}" ${textStyle}>${scaleBarMm} mm</text>`
  );
}

/** HU in the soft-tissue window as an SVG image whose upper left corner is at (`xPx`, `yPx`). */
export function ctImage(
  hu: Int16Array,
  at: { width: number; height: number; widthPx: number; heightPx: number; xPx?: number; yPx?: number },
): string {
  const { width, height, widthPx, heightPx, xPx = 0, yPx = 0 } = at;
  const { from, to } = windowHu;
  // Clamped typed arrays round and hold to 0…255 themselves.
  const data = new Uint8Array(Uint8ClampedArray.from(hu, (value) => (255 * (value - from)) / (to - from)));
  const png = encode({ width, height, data, channels: 1, depth: 8 });
  const uri = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  const place = xPx === 0 && yPx === 0 ? '' : ` x="${xPx}" y="${yPx}"`;
  return `<image href="${uri}"${place} width="${widthPx}" height="${heightPx}" preserveAspectRatio="none"/>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
