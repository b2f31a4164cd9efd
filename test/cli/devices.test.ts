import { describe, expect, it } from 'vitest';
import { planDevices } from '../../cli/plan-devices.js';
import { workerArguments } from '../../cli/worker.js';

describe('plusct worker', () => {
  it('starts a process for each device', () => {
    expect(workerArguments({ role: 'gpu', devices: '0,2,0', class: 'a100' })).toEqual([
      ['--role', 'gpu', '--device', '0', '--class', 'a100'],
      ['--role', 'gpu', '--device', '2', '--class', 'a100'],
    ]);
    expect(workerArguments({ role: 'io', devices: '0' })).toEqual([['--role', 'io']]);
  });

  it.each([
    [{ role: 'gpu', devices: '0,,1' }, '--devices 0,,1'],
    [{ role: 'gpu', devices: 'all' }, '--devices all'],
    [{ role: 'gpu', devices: '0', class: 'A100!' }, '--class A100!'],
    [{ role: 'io', devices: '0', class: 'a100' }, 'for --role gpu, not for io'],
  ])('refuses %o', (options, message) => {
    expect(() => workerArguments(options)).toThrow(message);
  });
});

describe('devices of a build', () => {
  it('are any where nothing is said', () => {
    expect(planDevices({})).toEqual({});
  });

  it('are named by class', () => {
    expect(planDevices({ trainOn: 'a100', inferOn: 't4', larger: 'a100,h100' })).toEqual({
      devices: { training: 'a100', inference: 't4', larger: ['a100', 'h100'] },
    });
  });

  it.each([
    [{ trainOn: 'A100' }, '--train-on'],
    [{ inferOn: '' }, '--infer-on'],
    [{ larger: 'a100,,h100' }, '--larger'],
  ])('of no possible name are refused: %o', (options, message) => {
    expect(() => planDevices(options)).toThrow(message);
  });
});
