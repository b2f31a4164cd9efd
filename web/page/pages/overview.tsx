import { useState } from 'preact/hooks';
import type { CampaignBody, CollectionProgress, FindingsPage } from '../../api/schemas/campaign.js';
import { EffortPanel } from '../parts/effort-panel.js';
import { ProblemBox } from '../parts/problem-box.js';
import { prose } from '../parts/prose.js';
import { Skeleton } from '../parts/skeleton.js';
import { inCampaign } from '../state/api.js';
import { useResource } from '../state/resource.js';
import { follow, pageAddress, route } from '../state/router.js';
import { may } from '../state/session.js';

/** How the campaign stands: stages by collections, who has to act, how fast it goes, what was found in the data. */
export function OverviewPage() {
  const { campaign = '' } = route.value;
  const { data, problem, reload } = useResource<CampaignBody>(inCampaign(campaign));
  if (data === undefined)
    return problem === undefined ? <Skeleton lines={10} /> : <ProblemBox problem={problem} again={reload} />;
  const sum = (of: (each: CollectionProgress) => number) =>
    data.collections.reduce((all, each) => all + of(each), 0);
  const going = sum(({ ingested, excluded, quarantined }) => ingested - excluded - quarantined);
  const finished = sum((each) => each.finished);
  return (
    <>
      <div class="head">
        <h1>{data.campaign}</h1>
        <span class="soft">
          {data.refine === 'human' ? 'refined by people' : 'refined by simulated people'}
        </span>
        {data.datasets > 0 && (
          <span class="badge good">
            {data.datasets === 1 ? 'dataset published' : `${data.datasets} datasets published`}
          </span>
        )}
      </div>
      <ProblemBox problem={problem} again={reload} />
      <div class="tiles">
        <Tile title="Cases taken in" value={sum((each) => each.ingested)} of={sum((each) => each.listed)} />
        <Tile title="Pre-labelled" value={sum((each) => each.preLabelled)} of={going} />
        <Tile title="Wait for a junior" value={sum((each) => each.waiting.junior)} />
        <Tile title="Wait for a radiologist" value={sum((each) => each.waiting.certified)} />
        <Tile title="Wait for a senior" value={sum((each) => each.waiting.senior)} />
        <Tile title="Finished" value={finished} of={going} />
      </div>
      <Stages collections={data.collections} />
      <div class="columns">
        <Findings counts={data.findings} />
        {may('effort.read') && <EffortPanel campaign={campaign} />}
      </div>
    </>
  );
}

function Tile({
  title,
  value,
  of,
}: {
  readonly title: string;
  readonly value: number;
  readonly of?: number;
}) {
  return (
    <div class="tile">
      <span class="soft small">{title}</span>
      <b>
        {value.toLocaleString()}
        {of !== undefined && <span class="soft small"> of {of.toLocaleString()}</span>}
      </b>
    </div>
  );
}

/** Stages of a case, in order; the shades of the bar. */
const stages = [
  { title: 'finished', colour: 'var(--good)' },
  { title: 'senior', colour: 'color-mix(in oklab, var(--good), var(--accent) 50%)' },
  { title: 'radiologist', colour: 'var(--accent)' },
  { title: 'junior', colour: 'color-mix(in oklab, var(--accent), var(--panel) 50%)' },
] as const;

function Stages({ collections }: { readonly collections: readonly CollectionProgress[] }) {
  return (
    <div class="panel scroll">
      <table>
        <thead>
          <tr>
            <th>Collection</th>
            <th class="figure">Listed</th>
            <th class="figure">Taken in</th>
            <th class="figure">Held back</th>
            <th class="figure">Left out</th>
            <th class="figure">Pre-labelled</th>
            <th class="figure">Junior</th>
            <th class="figure">Radiologist</th>
            <th class="figure">Senior</th>
            <th class="figure">Finished</th>
            <th style={{ width: '20%' }}>How far</th>
          </tr>
        </thead>
        <tbody>
          {collections.map((each) => (
            <StageLine key={each.collection} line={each} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function StageLine({ line }: { readonly line: CollectionProgress }) {
  const { waiting } = line;
  const counts = [line.finished, waiting.senior, waiting.certified, waiting.junior];
  const words = stages.map(({ title }, at) => `${counts[at]} ${title}`).join(', ');
  return (
    <tr>
      <td>{line.title}</td>
      <td class="figure">{line.listed}</td>
      <td class="figure">{line.ingested}</td>
      <td class="figure">
        {line.quarantined === 0 ? '–' : <span class="badge warn">{line.quarantined}</span>}
      </td>
      <td class="figure">{line.excluded || '–'}</td>
      <td class="figure">{line.preLabelled}</td>
      <td class="figure">{waiting.junior}</td>
      <td class="figure">{waiting.certified}</td>
      <td class="figure">{waiting.senior}</td>
      <td class="figure">{line.finished}</td>
      <td>
        <div class="meter" role="img" aria-label={words} title={words} style={{ marginTop: '6px' }}>
          {stages.map(({ title, colour }, at) => (
            <i
              key={title}
              style={{ background: colour, width: `${(100 * counts[at]!) / Math.max(1, line.ingested)}%` }}
            />
          ))}
        </div>
      </td>
    </tr>
  );
}

const severities = ['reject', 'quarantine', 'exclude', 'flag', 'note'] as const;
const looks: Readonly<Record<string, string>> = {
  reject: 'bad',
  quarantine: 'bad',
  exclude: 'warn',
  flag: 'warn',
};

function Findings({ counts }: { readonly counts: Readonly<Record<string, number>> }) {
  const { campaign = '' } = route.value;
  const known = severities.filter((each) => (counts[each] ?? 0) > 0);
  const [chosen, choose] = useState<string>();
  const severity = chosen ?? known[0];
  const url =
    severity === undefined ? undefined : `${inCampaign(campaign, 'findings')}?limit=50&severity=${severity}`;
  const { data, problem, reload } = useResource<FindingsPage>(url);
  return (
    <div class="panel">
      <header>
        <h2>Findings in the data</h2>
        <fieldset class="row" aria-label="Severity">
          {known.map((each) => (
            <button
              key={each}
              type="button"
              class="small"
              aria-pressed={each === severity}
              onClick={() => choose(each)}
            >
              {each} {counts[each]}
            </button>
          ))}
        </fieldset>
      </header>
      {known.length === 0 && <p class="empty">Nothing was found wrong.</p>}
      <ProblemBox problem={problem} again={reload} />
      {url !== undefined && data === undefined && problem === undefined && <Skeleton lines={3} />}
      <div class="scroll" style={{ maxHeight: '320px' }}>
        <table>
          <tbody>
            {data?.findings.map((each, line) => (
              <FindingLine key={`${each.code} ${each.where} ${line}`} finding={each} campaign={campaign} />
            ))}
          </tbody>
        </table>
        {data?.next !== undefined && (
          <p class="soft small" style={{ padding: '6px 10px' }}>
            The first 50 of {data.total}; the rest with <code>plusct findings</code>.
          </p>
        )}
      </div>
    </div>
  );
}

interface FindingLineProps {
  readonly finding: FindingsPage['findings'][number];
  readonly campaign: string;
}

function FindingLine({ finding, campaign }: FindingLineProps) {
  return (
    <tr>
      <td>
        <span class={`badge ${looks[finding.severity] ?? ''}`}>{finding.code}</span>
        <div class="small">
          {finding.caseId === undefined ? (
            finding.collection
          ) : (
            <a href={pageAddress(campaign, 'case', finding.collection, finding.caseId)} onClick={follow}>
              {finding.collection} / {finding.caseId}
            </a>
          )}
        </div>
      </td>
      <td>
        {prose(finding.message)} <span class="soft">{prose(finding.suggestion)}</span>
      </td>
    </tr>
  );
}
