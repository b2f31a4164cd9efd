import { describe, expect, it } from 'vitest';
import { type EvaluateFilesOptions, evaluateRequest, readLabels } from '../../cli/evaluate-options.js';

const base: EvaluateFilesOptions = {
  truth: 't',
  prediction: 'p',
  compare: [],
  labels: '1=liver,2=kidney',
  preset: 'abdomenct1k',
  metrics: 'dsc,nsd',
};
const request = (more: Partial<EvaluateFilesOptions>) => evaluateRequest({ ...base, ...more });

describe('the labels of an evaluation', () => {
  it('are free names, several values of one organ together', () => {
    expect(readLabels('1=liver, 2=left-kidney,3=left-kidney,5+6=my tumour')).toEqual([
      { organ: 'liver', labels: [1] },
      { organ: 'left-kidney', labels: [2, 3] },
      { organ: 'my tumour', labels: [5, 6] },
    ]);
  });

  it('are refused with the part that is wrong', () => {
    for (const text of [
      'liver',
      '0=liver',
      '1=',
      'x=liver',
      '1=liver,',
      '70000=liver',
      '1.5=liver',
      '=liver',
    ])
      expect(() => readLabels(text), text).toThrow(/--labels has '.*'; write value=organ/);
  });
});

describe('the request', () => {
  it('becomes a contract', () => {
    const { contract, predictions, title } = request({
      toleranceMm: '1, 2.5',
      metrics: 'nsd,hd95',
      compare: ['q'],
    });
    expect(contract.metrics).toEqual(['dsc', 'nsd', 'hd95']);
    expect(contract.organs[1]!.tolerancesMm).toEqual([1, 2.5]);
    expect(contract.deviations).toEqual(['tolerancesMm']);
    expect(predictions).toEqual(['p', 'q']);
    expect(title).toBe('Segmentation of liver, kidney');
  });

  it('writes down what is not checked', () => {
    const { contract } = request({ ignoreGeometry: true, ignoreUnknownLabels: true, failureBelow: '0.3' });
    expect(contract).toMatchObject({ geometry: 'not compared', unknownLabels: 'ignored' });
    expect(contract.convention.failureBelowDsc).toBe(0.3);
  });

  it('refuses what it cannot understand, naming the option', () => {
    const { prediction: _p, ...alone } = base;
    const { labels: _l, ...unlabelled } = base;
    const { truth: _t, ...untrue } = base;
    expect(() => evaluateRequest(alone)).toThrow(/--prediction is needed/);
    expect(() => evaluateRequest(unlabelled)).toThrow(/--labels is needed/);
    expect(() => evaluateRequest(untrue)).toThrow(/--truth and --prediction are needed, or --reference/);
    expect(() => request({ reference: 'r' })).toThrow(/--reference is for campaigns/);
    expect(() => request({ toleranceMm: '1,x' })).toThrow(/--tolerance-mm is '1,x'/);
    expect(() => request({ toleranceMm: '' })).toThrow(/--tolerance-mm/);
    expect(() => request({ metrics: 'dsc,iou' })).toThrow(/--metrics has 'iou'; there are dsc, nsd/);
    expect(() => request({ failureBelow: '5' })).toThrow(/--failure-below is '5'/);
    expect(() => request({ jobs: '0' })).toThrow(/--jobs is '0'/);
    expect(() => request({ published: 'table-99' })).toThrow(/--published is 'table-99'; there are table-2/);
  });
});
