import type { DeviceList, UsageLine } from '../../api/schemas/device-body.js';
import { inCampaign } from '../state/api.js';
import { useResource } from '../state/resource.js';
import { ProblemBox } from './problem-box.js';
import { Skeleton } from './skeleton.js';
import { Ago } from './time.js';

const stateLook = { 'at-work': 'good', failed: 'bad', lost: 'bad', stopped: '' } as const;
const stateWords = {
  'at-work': 'takes work',
  failed: 'failed',
  lost: 'not heard of',
  stopped: 'stopped',
} as const;

/** Devices that train and infer, and the time that the campaign had of them. */
export function DevicePanel({ campaign }: { readonly campaign: string }) {
  const { data, problem, reload } = useResource<DeviceList>(inCampaign(campaign, 'devices'));
  if (data === undefined)
    return problem === undefined ? <Skeleton lines={4} /> : <ProblemBox problem={problem} again={reload} />;
  const useOf = (device: string) => data.byDevice.find(({ name }) => name.split(' ')[0] === device);
  return (
    <>
      <div class="panel scroll">
        <header>
          <h2>Devices</h2>
        </header>
        {data.devices.length === 0 && (
          <p class="body soft">No device has worked for this installation yet.</p>
        )}
        {data.devices.length > 0 && (
          <table>
            <thead>
              <tr>
                <th>Device</th>
                <th>Class</th>
                <th>State</th>
                <th>Since</th>
                <th class="figure">Trained</th>
                <th class="figure">Inferred</th>
                <th class="figure">Time</th>
                <th class="figure">In use</th>
              </tr>
            </thead>
            <tbody>
              {data.devices.map(({ device, hardwareClass, state, reason, at }) => (
                <tr key={device}>
                  <td>{device}</td>
                  <td>{hardwareClass ?? '–'}</td>
                  <td>
                    <span class={`badge ${stateLook[state]}`}>{stateWords[state]}</span>{' '}
                    <span class="soft">{reason}</span>
                  </td>
                  <td>
                    <Ago at={at} />
                  </td>
                  <Use use={useOf(device)} />
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      {data.byModel.length > 0 && <ModelUse rows={data.byModel} />}
    </>
  );
}

function Use({ use }: { readonly use: UsageLine | undefined }) {
  const { trainings = 0, inferences = 0, seconds = 0, utilisation } = use ?? {};
  return (
    <>
      <td class="figure">{trainings}</td>
      <td class="figure">{inferences}</td>
      <td class="figure">{duration(seconds)}</td>
      <td class="figure">{utilisation === undefined ? '–' : `${Math.round(100 * utilisation)} %`}</td>
    </>
  );
}

function ModelUse({ rows }: { readonly rows: readonly UsageLine[] }) {
  return (
    <div class="panel scroll">
      <header>
        <h2>Device time of models</h2>
      </header>
      <table>
        <thead>
          <tr>
            <th>Model</th>
            <th class="figure">Trained</th>
            <th class="figure">Inferred</th>
            <th class="figure">Time</th>
            <th class="figure">Of it, failed</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, trainings, inferences, seconds, failedSeconds }) => (
            <tr key={name}>
              <td>
                <code>{name}</code>
              </td>
              <td class="figure">{trainings}</td>
              <td class="figure">{inferences}</td>
              <td class="figure">{duration(seconds)}</td>
              <td class="figure">{failedSeconds === 0 ? '–' : duration(failedSeconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(1)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
