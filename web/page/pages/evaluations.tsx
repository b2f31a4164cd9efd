import { useState } from 'preact/hooks';
import type { OrganScore } from '../../../domain/campaign.js';
import type { EvaluationBody, EvaluationList } from '../../api/schemas/evaluation-body.js';
import { ProblemBox } from '../parts/problem-box.js';
import { Skeleton } from '../parts/skeleton.js';
import { inCampaign } from '../state/api.js';
import { useResource } from '../state/resource.js';
import { route } from '../state/router.js';

/** DSC and NSD of finished labels against a reference, with the plots that the server drew. */
export function EvaluationsPage() {
  const { campaign = '' } = route.value;
  const { data, problem, reload } = useResource<EvaluationList>(inCampaign(campaign, 'evaluations'));
  const [chosen, choose] = useState<string>();
  const evaluation = chosen ?? data?.evaluations.at(-1);
  return (
    <>
      <div class="head">
        <h1>Evaluations</h1>
        {(data?.evaluations.length ?? 0) > 1 && (
          <select
            aria-label="Evaluation"
            style={{ width: 'auto' }}
            value={evaluation}
            onChange={(event) => choose(event.currentTarget.value)}
          >
            {data?.evaluations.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        )}
      </div>
      <ProblemBox problem={problem} again={reload} />
      {data === undefined && problem === undefined && <Skeleton lines={8} />}
      {data?.evaluations.length === 0 && (
        <div class="panel empty">
          <p>Nothing has been measured yet.</p>
          <p class="small">
            A campaign with a reference is measured when its dataset is published;{' '}
            <code>plusct evaluate {campaign} --reference DIR</code> measures it at any time.
          </p>
        </div>
      )}
      {evaluation !== undefined && (
        <Evaluation campaign={campaign} evaluation={evaluation} key={evaluation} />
      )}
    </>
  );
}

interface EvaluationProps {
  readonly campaign: string;
  readonly evaluation: string;
}

function Evaluation({ campaign, evaluation }: EvaluationProps) {
  const url = inCampaign(campaign, 'evaluations', evaluation);
  const { data, problem, reload } = useResource<EvaluationBody>(url, () => false);
  if (data === undefined)
    return problem === undefined ? <Skeleton lines={8} /> : <ProblemBox problem={problem} again={reload} />;
  const names = data.files.map((key) => key.split('/').at(-1) ?? key);
  const address = (name: string) => `${url}/files/${encodeURIComponent(name)}`;
  const plots = names.filter((name) => name.endsWith('.svg'));
  return (
    <>
      <div class="panel scroll">
        <table>
          <thead>
            <tr>
              <th>Organ</th>
              <th>Stage</th>
              <th>Of</th>
              <th class="figure">n</th>
              <th class="figure">DSC</th>
              <th class="figure">NSD</th>
            </tr>
          </thead>
          <tbody>
            {data.scores.map((score) => (
              <ScoreLine key={`${score.organ} ${score.stage} ${score.of}`} score={score} />
            ))}
          </tbody>
        </table>
      </div>
      {data.missingReference.length > 0 && (
        <div class="notice warn">No reference for {data.missingReference.join(', ')}.</div>
      )}
      {data.mismatched.map((each) => (
        <div class="notice warn" key={each}>
          {each}
        </div>
      ))}
      <div class="plots">
        {plots.map((name) => (
          <figure class="panel" key={name}>
            <img src={address(name)} alt={altOf(name)} loading="lazy" />
          </figure>
        ))}
      </div>
      <p class="small soft">
        Contract <code>{data.contractSha256.slice(0, 16)}</code> · Files:{' '}
        {names.map((name) => (
          <a key={name} href={address(name)} target="_blank" rel="noreferrer" style={{ marginRight: '10px' }}>
            {name}
          </a>
        ))}
      </p>
    </>
  );
}

function ScoreLine({ score }: { readonly score: OrganScore }) {
  return (
    <tr>
      <td>{score.organ}</td>
      <td>{score.stage}</td>
      <td>{score.of === 'all' ? 'all labels' : 'labels that were made'}</td>
      <td class="figure">
        {score.n}
        {score.undefinedCount > 0 && <span class="soft"> ({score.undefinedCount} undefined)</span>}
      </td>
      <td class="figure">{withSpread(score.dscMean, score.dscSd)}</td>
      <td class="figure">{withSpread(score.nsdMean, score.nsdSd)}</td>
    </tr>
  );
}

function withSpread(mean: number | null, sd: number | null): string {
  if (mean === null) return '–';
  return sd === null ? mean.toFixed(3) : `${mean.toFixed(3)} ± ${sd.toFixed(3)}`;
}

/** `violin-dsc.svg` becomes `violin plot, dsc`. */
function altOf(name: string): string {
  return name
    .replace(/\.svg$/, '')
    .replace(/^violin-?/, 'violin plot ')
    .replaceAll('-', ' ');
}
