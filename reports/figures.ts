import { max, min } from 'd3-array';
import type { MetricName } from '../domain/metric.js';
import type { Evaluation } from './evaluation.js';
import { type FigurePanel, type FigureViolin, panelWidth, violinFigure } from './figure.js';
import { scaled, unitOf } from './format.js';
import { figuresOf, isShare, type Measure, measuresOf } from './measure.js';
import { modelColours, organColours } from './palette.js';
import { violin } from './violin.js';

/** A plot as it is shown and exported. */
export interface Plot {
  /** File name without ending. */
  readonly name: string;
  readonly svg: string;
}

/** Panels that are together wider than this go on in the next figure: shrunk further, nobody could read them. */
const rowPx = 1240;

/** Violin plots of every measure, panels side by side: DSC and NSD first, as in the paper. */
export async function violinPlots(evaluation: Evaluation): Promise<Plot[]> {
  const panels = panelsOf(evaluation);
  const width = panelWidth(panels.map(({ panel }) => panel));
  const perFigure = Math.max(1, Math.min(3, Math.floor(rowPx / width)));
  const plots: Plot[] = [];
  for (let at = 0; at < panels.length; at += perFigure) {
    const chosen = panels.slice(at, at + perFigure);
    const svg = await violinFigure(chosen.map(({ panel }) => panel));
    plots.push({ name: `violins-${chosen.map(({ name }) => name).join('-')}`, svg });
  }
  return plots;
}

interface NamedPanel {
  readonly name: string;
  readonly panel: FigurePanel;
}

function panelsOf(evaluation: Evaluation): NamedPanel[] {
  const { contract } = evaluation;
  return contract.metrics.flatMap((metric) => {
    const most = metric === 'nsd' ? Math.max(...contract.organs.map((each) => each.tolerancesMm.length)) : 1;
    return Array.from({ length: most }, (_, at) => panelOf(evaluation, metric, at));
  });
}

/** One panel: a metric, for NSD at the n-th tolerance of each organ. */
function panelOf(evaluation: Evaluation, metric: MetricName, at: number): NamedPanel {
  const { contract, models, rows } = evaluation;
  const measures = contract.organs.flatMap(({ organ, tolerancesMm }): Measure[] => {
    if (metric !== 'nsd') return [{ organ, metric }];
    const toleranceMm = tolerancesMm[at];
    return toleranceMm === undefined ? [] : [{ organ, metric, toleranceMm }];
  });
  const tolerances = [...new Set(measures.flatMap(({ toleranceMm }) => toleranceMm ?? []))];
  const colours =
    models.length > 1 ? modelColours(models) : organColours(contract.organs.map(({ organ }) => organ));
  const violins = measures.flatMap((measure, place): FigureViolin[] => {
    const figures = figuresOf(rows, contract, measure);
    return models.map((model, which) => {
      const values = figures.flatMap((each) =>
        each.model === model && each.value !== undefined ? [scaled(measure, each.value)] : [],
      );
      return {
        group: measure.organ,
        series: model,
        colour: colours[models.length > 1 ? which : place]!,
        n: values.length,
        shape: values.length === 0 ? undefined : violin(values, JSON.stringify([measure, model])),
      };
    });
  });
  return {
    name: tolerances.length === 1 ? `${metric}-${tolerances[0]}mm` : metric,
    panel: {
      title: titleOf(metric, tolerances),
      axis: unitOf({ metric }),
      domain: domainOf(metric, evaluation),
      violins,
    },
  };
}

function titleOf(metric: MetricName, tolerances: readonly number[]): string {
  if (metric !== 'nsd') return metric.toUpperCase();
  if (tolerances.length === 1) return `NSD at ${tolerances[0]} mm`;
  return `NSD at ${Math.min(...tolerances)} to ${Math.max(...tolerances)} mm, by organ`;
}

/** DSC and NSD share one axis up to 100 %, which begins at the ten below the least figure; distances begin at 0. */
function domainOf(metric: MetricName, { contract, rows }: Evaluation): [number, number] {
  const together = measuresOf(contract).filter((each) =>
    isShare({ metric }) ? isShare(each) : each.metric === metric,
  );
  const values = together.flatMap((measure) =>
    figuresOf(rows, contract, measure).flatMap(({ value }) =>
      value === undefined ? [] : [scaled(measure, value)],
    ),
  );
  if (!isShare({ metric })) return [0, 1.05 * Math.max(1, max(values) ?? 1)];
  return [Math.max(0, 10 * Math.floor(((min(values) ?? 0) - 3) / 10)), 100];
}
