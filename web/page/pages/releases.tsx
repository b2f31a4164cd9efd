import type { ErratumLine, ReleaseLine, ReleaseList } from '../../api/schemas/release-body.js';
import { ProblemBox } from '../parts/problem-box.js';
import { Skeleton } from '../parts/skeleton.js';
import { moment } from '../parts/time.js';
import { inCampaign } from '../state/api.js';
import { useResource } from '../state/resource.js';
import { follow, pageAddress, route } from '../state/router.js';

/** What was published of the campaign, and what was found wrong in it. */
export function ReleasesPage() {
  const { campaign = '' } = route.value;
  const { data, problem, reload } = useResource<ReleaseList>(inCampaign(campaign, 'releases'));
  return (
    <>
      <div class="head">
        <h1>Releases</h1>
      </div>
      <ProblemBox problem={problem} again={reload} />
      {data === undefined && problem === undefined && <Skeleton lines={8} />}
      {data?.releases.length === 0 && (
        <div class="panel empty">
          <p>Nothing has been published yet.</p>
          <p class="small">
            <code>plusct release plan --campaign {campaign}</code> shows what a release would hold and what
            stands in its way.
          </p>
        </div>
      )}
      {data && data.releases.length > 0 && <Releases releases={data.releases} />}
      {data && data.errata.length > 0 && <Errata campaign={campaign} errata={data.errata} />}
    </>
  );
}

function Releases({ releases }: { readonly releases: readonly ReleaseLine[] }) {
  return (
    <div class="panel scroll">
      <table>
        <thead>
          <tr>
            <th>Version</th>
            <th>Published</th>
            <th class="figure">Cases</th>
            <th class="figure">Left out</th>
            <th>Images</th>
            <th class="figure">Size</th>
            <th>Manifest</th>
            <th>Download</th>
          </tr>
        </thead>
        <tbody>
          {releases.toReversed().map(({ version, at, cases, leftOut, images, bytes, manifestSha256 }) => (
            <tr key={version}>
              <td>
                <b>{version}</b>
              </td>
              <td>{at === null ? 'unfinished' : moment(at)}</td>
              <td class="figure">{cases}</td>
              <td class="figure">{leftOut}</td>
              <td>{images ? 'with' : 'without'}</td>
              <td class="figure">{(bytes / 1e6).toFixed(1)} MB</td>
              <td>
                <code title={manifestSha256}>{manifestSha256.slice(0, 16)}</code>
              </td>
              <td>
                <code>plusct release download {version}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const stateLook = { reported: 'bad', reopened: 'warn', settled: 'good' } as const;

interface ErrataProps {
  readonly campaign: string;
  readonly errata: readonly ErratumLine[];
}

function Errata({ campaign, errata }: ErrataProps) {
  return (
    <div class="panel scroll">
      <header>
        <h2>Errata</h2>
      </header>
      <table>
        <thead>
          <tr>
            <th>Case</th>
            <th>Organ</th>
            <th>Found in</th>
            <th>State</th>
            <th>What is wrong</th>
            <th>Reported</th>
          </tr>
        </thead>
        <tbody>
          {errata.map(({ id, collection, caseId, organ, release, state, reason, reportedBy, at }) => (
            <tr key={id}>
              <td>
                <a href={pageAddress(campaign, 'case', collection, caseId)} onClick={follow}>
                  {collection}/{caseId}
                </a>
              </td>
              <td>{organ}</td>
              <td>{release}</td>
              <td>
                <span class={`badge ${stateLook[state]}`}>{state}</span>
              </td>
              <td>{reason}</td>
              <td>
                {reportedBy}, {moment(at)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
