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
const titlePx = 22;
const captionPx = 24;
/** Width of a letter, about. */
const letterPx = 7.5;
const boldLetterPx = 8.5;
const legendPx = 34;
/** The widest plane is this wide, unless the tallest would be higher than `tallestPx`. */
const widestPx = 460;
const tallestPx = 620;
const scaleBarMm = 50;
/** Planes above each other may be so many times as high as the axial one beside them. */
const mostTaller = 1.25;
/** Planes narrower or lower than this have no room for letters at opposite edges. */
const leastForLettersPx = 40;
/** Room for a caption where a plane is narrow. */
const leastPanelPx = 150;

interface Panel {
  readonly view: PlaneView;
  readonly xPx: number;
  readonly yPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** What stands about the planes. */
export interface PictureText {
  /** Where the picture is from, cut where it is too long, and what is to be known of it. */
  readonly title: readonly [path: string, facts: string];
  readonly values: readonly NamedValue[];
  /** False where the voxels' sides are not known. */
  readonly scaleBar: boolean;
}

/**
 * Three planes as a self-contained SVG, all at one scale in millimetres, so that proportions are those of the patient:
 * the CT in the soft-tissue window, labels as outlines, the patient's sides as letters, thin lines where the other planes
 * cut. Where there is no CT labels are filled. Short scans have the coronal plane above the sagittal one, beside the
 * axial; planes of a single row of voxels are left out.
 */
export function drawThreePlanes(
  views: readonly PlaneView[],
  { title, values, scaleBar }: PictureText,
): string {
  const shown = views.filter(({ plane, width, height }) => plane === 'axial' || Math.min(width, height) > 1);
  const wideMm = Math.max(...shown.map(({ width, pixelMm }) => width * pixelMm[0]));
  const tallMm = Math.max(...shown.map(({ height, pixelMm }) => height * pixelMm[1]));
  const scale = Math.min(widestPx / wideMm, tallestPx / tallMm);
  const widthPx = pictureWidth(placed(shown, scale, 0));
  const lines = titleLines(title, widthPx);
  const panels = placed(shown, scale, lines.length * titlePx);
  const heightPx = round(Math.max(...panels.map((panel) => panel.yPx + panel.heightPx)) + legendPx);
  const colours = coloursOf(values);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthPx} ${heightPx}" width="${widthPx}" height="${heightPx}">`,
    `<rect width="${widthPx}" height="${heightPx}" fill="${ground}"/>`,
    ...lines.map((line, n) => text(gapPx, 18 + n * titlePx, escaped(line), 'font-weight="bold"')),
    ...panels.map((panel) => drawPanel(panel, scale, colours)),
    legend(values, colours, { widthPx, yPx: heightPx - 12 }),
    ...(scaleBar ? [scaleBarAt(scale, { widthPx, yPx: heightPx - 12 })] : []),
    '</svg>',
  ].join('\n');
}

function pictureWidth(panels: readonly Panel[]): number {
  const right = panels.map(({ xPx, widthPx }) => xPx + Math.max(widthPx, leastPanelPx));
  return round(Math.max(...right) + gapPx);
}

/** On one line where they fit, else on two. */
function titleLines([path, facts]: PictureText['title'], widthPx: number): string[] {
  const room = Math.floor((widthPx - 2 * gapPx) / boldLetterPx);
  const one = `${path} · ${facts}`;
  if (one.length <= room) return [one];
  return [path.length <= room ? path : `…${path.slice(1 - room)}`, facts];
}

/** Side by side; where both fit beside the axial plane, the coronal above the sagittal one. */
function placed(views: readonly PlaneView[], scale: number, headPx: number): Panel[] {
  const sized = views.map((view) => ({
    view,
    widthPx: round(view.width * view.pixelMm[0] * scale),
    heightPx: round(view.height * view.pixelMm[1] * scale),
  }));
  const topPx = headPx + captionPx;
  const [axial, ...others] = sized;
  const stackPx = others.reduce((sum, { heightPx }) => sum + heightPx, 0) + captionPx * (others.length - 1);
  const stacked = others.length > 1 && stackPx <= mostTaller * axial!.heightPx;
  let [xPx, yPx] = [gapPx, topPx];
  return sized.map((each, n): Panel => {
    const panel = { ...each, xPx, yPx };
    if (stacked && n > 0) yPx = round(yPx + each.heightPx + captionPx);
    else xPx = round(xPx + Math.max(each.widthPx, leastPanelPx) + gapPx);
    return panel;
  });
}

function drawPanel(
  { view, xPx, yPx, widthPx, heightPx }: Panel,
  scale: number,
  colours: ReadonlyMap<number, string>,
): string {
  const { plane, slice, slices, width, height, hu, sides, cut } = view;
  const [sx, sy] = [view.pixelMm[0] * scale, view.pixelMm[1] * scale];
  const [middleX, middleY] = [xPx + widthPx / 2, yPx + heightPx / 2];
  const [cutX, cutY] = [round(xPx + (cut[0] + 0.5) * sx), round(yPx + (cut[1] + 0.5) * sy)];
  const line = (d: string): string =>
    `<path d="${d}" stroke="${ink}" stroke-width="0.7" stroke-dasharray="3 5" opacity="0.5"/>`;
  const across = [
    text(xPx + 6, middleY + 4, sides.left, letter),
    text(xPx + widthPx - 6, middleY + 4, sides.right, `text-anchor="end" ${letter}`),
  ];
  const down = [
    text(middleX, yPx + 16, sides.top, `text-anchor="middle" ${letter}`),
    text(middleX, yPx + heightPx - 6, sides.bottom, `text-anchor="middle" ${letter}`),
  ];
  return [
    text(xPx, yPx - 8, `${plane}, slice ${slice} of ${slices}`, 'opacity="0.8"'),
    `<rect x="${xPx}" y="${yPx}" width="${widthPx}" height="${heightPx}" fill="#000"/>`,
    hu === undefined ? '' : ctImage(hu, { width, height, widthPx, heightPx, xPx, yPx }),
    line(`M${cutX} ${yPx}v${heightPx}`),
    line(`M${xPx} ${cutY}h${widthPx}`),
    drawLabels(view, { xPx, yPx, sx, sy }, colours),
    ...(widthPx < leastForLettersPx ? [] : across),
    ...(heightPx < leastForLettersPx ? [] : down),
  ].join('\n');
}

/** Letters stay readable on bright tissue. */
const letter = `font-weight="bold" stroke="${ground}" stroke-width="3" paint-order="stroke"`;

function drawLabels(
  { labels, width, height, hu }: PlaneView,
  { xPx, yPx, sx, sy }: { xPx: number; yPx: number; sx: number; sy: number },
  colours: ReadonlyMap<number, string>,
): string {
  if (labels === undefined) return '';
  const paths = [...new Set(labels)]
    .filter((value) => value !== 0)
    .map((value) => {
      const mask = Uint8Array.from(labels, (each) => (each === value ? 1 : 0));
      const d = outlines(mask, width, height)
        .map((loop) => `M${loop.map(([x, y]) => `${round(xPx + x * sx)} ${round(yPx + y * sy)}`).join('L')}Z`)
        .join('');
      const colour = colours.get(value) ?? ink;
      const fill = hu === undefined ? 0.55 : 0.08;
      return `<path d="${d}" fill="${colour}" fill-opacity="${fill}" fill-rule="evenodd" stroke="${colour}" stroke-width="1.6" stroke-linejoin="round"/>`;
    });
  return paths.join('\n');
}

/** As many values as there is room for beside the scale bar. */
function legend(
  values: readonly NamedValue[],
  colours: ReadonlyMap<number, string>,
  { widthPx, yPx }: { readonly widthPx: number; readonly yPx: number },
): string {
  let xPx = gapPx;
  const entries = values.flatMap(({ value, name }) => {
    const at = xPx;
    xPx += 36 + letterPx * name.length;
    if (xPx > widthPx - barRoomPx) return [];
    const swatch = `<rect x="${at}" y="${yPx - 11}" width="12" height="12" rx="2" fill="${colours.get(value)}"/>`;
    return [swatch + text(at + 18, yPx, escaped(name), '')];
  });
  return entries.join('\n');
}

function scaleBarAt(scale: number, { widthPx, yPx }: { widthPx: number; yPx: number }): string {
  const length = round(scaleBarMm * scale);
  const from = round(widthPx - gapPx - length);
  return [
    `<path d="M${from} ${yPx - 4}h${length}" stroke="${ink}" stroke-width="2.5"/>`,
    text(from - 8, yPx, `${scaleBarMm} mm`, 'text-anchor="end" opacity="0.8"'),
  ].join('\n');
}

/** Of the scale bar and its caption. */
const barRoomPx = 170;
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
