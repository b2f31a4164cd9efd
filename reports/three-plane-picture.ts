import { outlines } from '../imaging/outline.js';
import type { PlaneView } from '../imaging/three-planes.js';
import { organColours } from './palette.js';
import { ctImage } from './slice-picture.js';

/** A label value and what it is called in the picture. */
export interface NamedValue {
  readonly value: number;
  readonly name: string;
}

const ground = '#0b1120';
const ink = '#e2e8f0';
const gapPx = 14;
const headPx = 46;
const legendPx = 34;
/** The widest plane is this wide, unless the tallest would be higher than `tallestPx`. */
const widestPx = 460;
const tallestPx = 620;
const scaleBarMm = 50;

interface Panel {
  readonly view: PlaneView;
  readonly xPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/**
 * Three planes side by side as a self-contained SVG, all at one scale in millimetres, so that proportions are those of
 * the patient: the CT in the soft-tissue window, labels as outlines, the patient's sides as letters, thin lines where
 * the other planes cut. Where there is no CT labels are filled.
 */
export function drawThreePlanes(
  views: readonly PlaneView[],
  title: string,
  values: readonly NamedValue[],
): string {
  const wideMm = Math.max(...views.map(({ width, pixelMm }) => width * pixelMm[0]));
  const tallMm = Math.max(...views.map(({ height, pixelMm }) => height * pixelMm[1]));
  const scale = Math.min(widestPx / wideMm, tallestPx / tallMm);
  let xPx = gapPx;
  const panels = views.map((view): Panel => {
    const panel = {
      view,
      xPx,
      widthPx: round(view.width * view.pixelMm[0] * scale),
      heightPx: round(view.height * view.pixelMm[1] * scale),
    };
    xPx = round(xPx + Math.max(panel.widthPx, leastPanelPx) + gapPx);
    return panel;
  });
  const heightPx = headPx + Math.max(...panels.map((panel) => panel.heightPx)) + legendPx;
  const colours = coloursOf(values);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${xPx} ${heightPx}" width="${xPx}" height="${heightPx}">`,
    `<rect width="${xPx}" height="${heightPx}" fill="${ground}"/>`,
    text(gapPx, 18, escaped(title), 'font-weight="bold"'),
    ...panels.map((panel) => drawPanel(panel, scale, colours)),
    legend(values, colours, heightPx - 12, scale, xPx),
    '</svg>',
  ].join('\n');
}

/** Room for a caption where a plane is narrow. */
const leastPanelPx = 150;

function drawPanel(
  { view, xPx, widthPx, heightPx }: Panel,
  scale: number,
  colours: ReadonlyMap<number, string>,
): string {
  const { plane, slice, slices, width, height, hu, sides, cut } = view;
  const [sx, sy] = [view.pixelMm[0] * scale, view.pixelMm[1] * scale];
  const [middleX, middleY] = [xPx + widthPx / 2, headPx + heightPx / 2];
  const [cutX, cutY] = [round(xPx + (cut[0] + 0.5) * sx), round(headPx + (cut[1] + 0.5) * sy)];
  const line = (d: string): string =>
    `<path d="${d}" stroke="${ink}" stroke-width="0.7" stroke-dasharray="3 5" opacity="0.5"/>`;
  return [
    text(xPx, headPx - 8, `${plane}, slice ${slice} of ${slices}`, 'opacity="0.8"'),
    `<rect x="${xPx}" y="${headPx}" width="${widthPx}" height="${heightPx}" fill="#000"/>`,
    hu === undefined ? '' : ctImage(hu, { width, height, widthPx, heightPx, xPx, yPx: headPx }),
    line(`M${cutX} ${headPx}v${heightPx}`),
    line(`M${xPx} ${cutY}h${widthPx}`),
    drawLabels(view, { xPx, sx, sy }, colours),
    text(xPx + 6, middleY + 4, sides.left, letter),
    text(xPx + widthPx - 6, middleY + 4, sides.right, `text-anchor="end" ${letter}`),
    text(middleX, headPx + 16, sides.top, `text-anchor="middle" ${letter}`),
    text(middleX, headPx + heightPx - 6, sides.bottom, `text-anchor="middle" ${letter}`),
  ].join('\n');
}

/** Letters stay readable on bright tissue. */
const letter = `font-weight="bold" stroke="${ground}" stroke-width="3" paint-order="stroke"`;

function drawLabels(
  { labels, width, height, hu }: PlaneView,
  { xPx, sx, sy }: { xPx: number; sx: number; sy: number },
  colours: ReadonlyMap<number, string>,
): string {
  if (labels === undefined) return '';
  const paths = [...new Set(labels)]
    .filter((value) => value !== 0)
    .map((value) => {
      const mask = Uint8Array.from(labels, (each) => (each === value ? 1 : 0));
      const d = outlines(mask, width, height)
        .map(
          (loop) => `M${loop.map(([x, y]) => `${round(xPx + x * sx)} ${round(headPx + y * sy)}`).join('L')}Z`,
        )
        .join('');
      const colour = colours.get(value) ?? ink;
      const fill = hu === undefined ? 0.55 : 0.08;
      return `<path d="${d}" fill="${colour}" fill-opacity="${fill}" fill-rule="evenodd" stroke="${colour}" stroke-width="1.6" stroke-linejoin="round"/>`;
    });
  return paths.join('\n');
}

function legend(
  values: readonly NamedValue[],
  colours: ReadonlyMap<number, string>,
  yPx: number,
  scale: number,
  widthPx: number,
): string {
  let xPx = gapPx;
  const entries = values.slice(0, mostInLegend).map(({ value, name }) => {
    const swatch = `<rect x="${xPx}" y="${yPx - 11}" width="12" height="12" rx="2" fill="${colours.get(value)}"/>`;
    const caption = text(xPx + 18, yPx, escaped(name), '');
    xPx += 36 + 7.5 * name.length;
    return swatch + caption;
  });
  const length = round(scaleBarMm * scale);
  const bar = `<path d="M${round(widthPx - gapPx - length)} ${yPx - 4}h${length}" stroke="${ink}" stroke-width="2.5"/>`;
  const caption = text(
    widthPx - gapPx - length - 8,
    yPx,
    `${scaleBarMm} mm`,
    'text-anchor="end" opacity="0.8"',
  );
  return [...entries, bar, caption].join('\n');
}

/** So that the legend stays on one line. */
const mostInLegend = 9;

/** The organs' own colours, lightened so that they show on black and grey. */
function coloursOf(values: readonly NamedValue[]): Map<number, string> {
  const colours = organColours(values.map(({ name }) => name));
  return new Map(values.map(({ value }, at) => [value, lightened(colours[at] ?? ink)]));
}

function lightened(colour: string): string {
  const channel = (at: number): string => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16);
    return Math.round(value + (255 - value) * 0.35)
      .toString(16)
      .padStart(2, '0');
  };
  return `#${channel(1)}${channel(3)}${channel(5)}`;
}

function text(x: number, y: number, content: string, style: string): string {
  return `<text x="${round(x)}" y="${round(y)}" fill="${ink}" font-family="Helvetica, Arial, sans-serif" font-size="13" ${style}>${content}</text>`;
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
