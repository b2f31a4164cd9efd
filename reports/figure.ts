import { type Data, type Mark, parse, resetSVGDefIds, type Spec, type TextMark, View } from 'vega';
import type { Violin } from './violin.js';

/** One violin in a panel. */
export interface FigureViolin {
  /** Named below the axis, one place for each. */
  readonly group: string;
  /** Side by side within a group; the same for all where there is nothing to compare. */
  readonly series: string;
  readonly colour: string;
  readonly n: number;
  /** Undefined where there is no figure. */
  readonly shape: Violin | undefined;
}

export interface FigurePanel {
  readonly title: string;
  readonly axis: string;
  readonly domain: readonly [number, number];
  readonly violins: readonly FigureViolin[];
}

const panelHeight = 300;
const gap = 84;
/** A letter of a group's name, on average. */
const namePx = 7.3;
const font = 'Inter, "Segoe UI", "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif';
const ink = '#1f2937';
const faint = '#6b7280';

/** Panels of violins side by side, as SVG. Equal input gives equal text. */
export async function violinFigure(panels: readonly FigurePanel[]): Promise<string> {
  // Vega numbers its definitions through the life of a process; a report must not depend on what was drawn before.
  resetSVGDefIds();
  const series = [...new Set(panels.flatMap(({ violins }) => violins.map((each) => each.series)))];
  const width = panelWidth(panels);
  const spec: Spec = {
    width: panels.length * width + (panels.length - 1) * gap,
    height: panelHeight,
    padding: 8,
    background: 'white',
    config: figureStyle,
    marks: panels.map((panel, at) => panelMark(panel, at * (width + gap), width, series)),
    ...legendOf(panels, series),
  };
  const view = new View(parse(spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}

const figureStyle: NonNullable<Spec['config']> = {
  axis: {
    labelFont: font,
    titleFont: font,
    labelFontSize: 12,
    titleFontSize: 12,
    labelColor: faint,
    titleColor: faint,
    titleFontWeight: 'normal',
    grid: true,
    gridColor: '#e5e7eb',
    domain: false,
    ticks: false,
    labelPadding: 8,
    titlePadding: 10,
  },
  title: { font, fontSize: 15, color: ink, anchor: 'start', fontWeight: 600, offset: 16 },
  legend: { labelFont: font, labelFontSize: 12, labelColor: ink, symbolType: 'circle', symbolSize: 90 },
};

/** How wide a panel is, in the figure's own pixels. */
export function panelWidth(panels: readonly FigurePanel[]): number {
  const series = new Set(panels.flatMap(({ violins }) => violins.map((each) => each.series))).size;
  const groups = Math.max(...panels.map(({ violins }) => new Set(violins.map(({ group }) => group)).size));
  const apart = groups > 5 ? 28 + 42 * series : 44 + 52 * series;
  return Math.max(320, Math.min(1600, groups * apart));
}

/** Where several series are shown, what their colours stand for. */
function legendOf(
  panels: readonly FigurePanel[],
  series: readonly string[],
): Pick<Spec, 'scales' | 'legends'> {
  if (series.length < 2) return {};
  const colour = (name: string) =>
    panels.flatMap(({ violins }) => violins).find((each) => each.series === name)!.colour;
  return {
    scales: [{ name: 'series', type: 'ordinal', domain: [...series], range: series.map(colour) }],
    legends: [{ fill: 'series', orient: 'bottom', direction: 'horizontal', offset: 16, columnPadding: 24 }],
  };
}

function panelMark(panel: FigurePanel, x: number, width: number, series: readonly string[]): Mark {
  return {
    type: 'group',
    encode: {
      enter: { x: { value: x }, width: { value: width }, height: { value: panelHeight } },
    },
    // Grid lines take their length from these.
    signals: [
      { name: 'width', value: width },
      { name: 'height', value: panelHeight },
    ],
    title: { text: panel.title },
    scales: [{ name: 'y', type: 'linear', domain: [...panel.domain], range: [panelHeight, 0] }],
    axes: [{ scale: 'y', orient: 'left', title: panel.axis, tickCount: 6 }],
    data: panelData(panel, width, series),
    marks: [
      ...[outlineMark, pointMark, whiskerMark, boxMark, medianMark],
      ...belowAxis([...new Set(panel.violins.map(({ group }) => group))], width),
    ],
  };
}

/** Rows of a panel: places across in pixels, figures on the axis. */
function panelData(panel: FigurePanel, width: number, series: readonly string[]): Data[] {
  const groups = [...new Set(panel.violins.map(({ group }) => group))];
  const room = width / groups.length;
  const slot = room / (series.length + 0.3);
  const placed = panel.violins.map((each, id) => {
    const centre =
      (groups.indexOf(each.group) + 0.5) * room +
      (series.indexOf(each.series) - (series.length - 1) / 2) * slot;
    return { ...each, id, centre, half: Math.min(58, 0.44 * slot) };
  });
  const drawn = placed.flatMap((each) => (each.shape === undefined ? [] : [{ ...each, shape: each.shape }]));
  return [
    {
      name: 'outlines',
      values: drawn.flatMap(({ id, centre, half, colour, shape }) =>
        shape.outline.map((at) => ({
          id,
          colour,
          value: at.value,
          left: centre - half * at.half,
          right: centre + half * at.half,
        })),
      ),
    },
    {
      name: 'points',
      values: drawn.flatMap(({ centre, half, colour, shape }) =>
        shape.points.map((at) => ({ colour, value: at.value, x: centre + half * at.shift })),
      ),
    },
    {
      name: 'boxes',
      values: drawn.map(({ centre, shape: { median, q1, q3, whiskers } }) => ({
        ...{ centre, median, q1, q3, low: whiskers[0], high: whiskers[1] },
      })),
    },
    { name: 'counts', values: placed.map(({ centre, n }) => ({ centre, text: `n ${n}` })) },
    { name: 'groups', values: groups.map((text, at) => ({ text, centre: (at + 0.5) * room })) },
  ];
}

const y = (field: string) => ({ scale: 'y', field });

const outlineMark: Mark = {
  type: 'group',
  from: { facet: { name: 'outline', data: 'outlines', groupby: 'id' } },
  marks: [
    {
      type: 'area',
      from: { data: 'outline' },
      encode: {
        enter: {
          orient: { value: 'horizontal' },
          y: y('value'),
          x: { field: 'left' },
          x2: { field: 'right' },
          fill: { field: 'colour' },
          fillOpacity: { value: 0.24 },
          stroke: { field: 'colour' },
          strokeWidth: { value: 1.3 },
        },
      },
    },
  ],
};

const pointMark: Mark = {
  type: 'symbol',
  from: { data: 'points' },
  encode: {
    enter: {
      x: { field: 'x' },
      y: y('value'),
      size: { value: 20 },
      fill: { field: 'colour' },
      fillOpacity: { value: 0.7 },
      stroke: { value: 'white' },
      strokeWidth: { value: 0.7 },
    },
  },
};

const whiskerMark: Mark = {
  type: 'rule',
  from: { data: 'boxes' },
  encode: {
    enter: {
      x: { field: 'centre' },
      y: y('low'),
      y2: y('high'),
      stroke: { value: ink },
      strokeWidth: { value: 1.1 },
    },
  },
};

const boxMark: Mark = {
  type: 'rect',
  from: { data: 'boxes' },
  encode: {
    enter: {
      x: { field: 'centre', offset: -5 },
      width: { value: 10 },
      y: y('q3'),
      y2: y('q1'),
      fill: { value: 'white' },
      fillOpacity: { value: 0.92 },
      stroke: { value: ink },
      strokeWidth: { value: 1.1 },
      cornerRadius: { value: 1.5 },
    },
  },
};

const medianMark: Mark = {
  type: 'rule',
  from: { data: 'boxes' },
  encode: {
    enter: {
      x: { field: 'centre', offset: -5 },
      x2: { field: 'centre', offset: 5 },
      y: y('median'),
      stroke: { value: ink },
      strokeWidth: { value: 2.6 },
    },
  },
};

/** Names of groups and numbers of cases below the axis; names that would run into each other stand aslant, below the numbers. */
function belowAxis(groups: readonly string[], width: number): Mark[] {
  const room = width / groups.length;
  const aslant = groups.some((name) => name.length * namePx > room - 8);
  const name = { fontSize: { value: 12.5 }, fontWeight: { value: 600 }, fill: { value: ink } } as const;
  const number = { fontSize: { value: 11 }, fill: { value: faint } };
  const slope = { angle: { value: -35 }, align: { value: 'right' }, dx: { value: 6 } } as const;
  return [
    textMark('groups', { ...name, ...(aslant ? slope : {}), y: { value: panelHeight + (aslant ? 40 : 24) } }),
    textMark('counts', { ...number, y: { value: panelHeight + (aslant ? 22 : 40) } }),
  ];
}

type TextEncoding = NonNullable<NonNullable<TextMark['encode']>['enter']>;

function textMark(data: string, encoding: TextEncoding): Mark {
  return {
    type: 'text',
    from: { data },
    encode: {
      enter: {
        x: { field: 'centre' },
        text: { field: 'text' },
        align: { value: 'center' },
        font: { value: font },
        ...encoding,
      },
    },
  };
}
