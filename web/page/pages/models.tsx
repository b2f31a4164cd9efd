import { gateDifference, gateMeans } from '../../../domain/gate-words.js';
import type { OrganOutcome, RoundComparison } from '../../../domain/round.js';
import type { RoundLine, RoundList } from '../../api/schemas/round-body.js';
import { DevicePanel } from '../parts/device-panel.js';
import { ProblemBox } from '../parts/problem-box.js';
import { Skeleton } from '../parts/skeleton.js';
import { inCampaign } from '../state/api.js';
import { useResource } from '../state/resource.js';
import { route } from '../state/router.js';
import { may } from '../state/session.js';

/** Pseudo-label rounds with what the gate said of each organ, and the devices that did the work. */
export function ModelsPage() {
  const { campaign = '' } = route.value;
  const { data, problem, reload } = useResource<RoundList>(inCampaign(campaign, 'rounds'));
  return (
    <>
      <div class="head">
        <h1>Models</h1>
      </div>
      <ProblemBox problem={problem} again={reload} />
      {data === undefined && problem === undefined && <Skeleton lines={8} />}
      {data?.rounds.length === 0 && (
        <div class="panel empty">
          <p>No pseudo-label round has been run yet.</p>
          <p class="small">
            <code>plusct round run --campaign {campaign}</code> teaches students with what people have
            labelled and promotes only those that pass.
          </p>
        </div>
      )}
      {data?.rounds.toReversed().map((each) => (
        <RoundPanel key={each.roundId} round={each} />
      ))}
      {may('device.read') && <DevicePanel campaign={campaign} />}
    </>
  );
}

function RoundPanel({ round }: { readonly round: RoundLine }) {
  const { number, roundId, engine, fineTune, labelled, unlabelled, heldOut, failed = 0, outcomes } = round;
  return (
    <div class="panel scroll">
      <header>
        <h2>Round {number}</h2>
        <span class="soft">
          {engine}
          {fineTune && ', fine-tuned'} · {labelled} labelled and {unlabelled} unlabelled cases teach,{' '}
          {heldOut} judge · <code>{roundId}</code>
        </span>
      </header>
      {outcomes === undefined ? <p class="body soft">It has not ended.</p> : <Gate outcomes={outcomes} />}
      {failed > 0 && <p class="body soft">{failed} cases got no pseudo-label.</p>}
    </div>
  );
}

function Gate({ outcomes }: { readonly outcomes: readonly OrganOutcome[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th>Organ</th>
          <th>Model</th>
          <th class="figure">n</th>
          <th class="figure">DSC</th>
          <th class="figure">Difference</th>
          <th class="figure">NSD</th>
          <th class="figure">Difference</th>
          <th>Gate</th>
        </tr>
      </thead>
      <tbody>
        {outcomes.map((each) => (
          <OutcomeLines key={each.organ} outcome={each} />
        ))}
      </tbody>
    </table>
  );
}

function OutcomeLines({
  outcome: { organ, verdict, reason, comparisons },
}: {
  readonly outcome: OrganOutcome;
}) {
  return (
    <>
      {comparisons.map((each) => (
        <ComparisonLine key={`${each.is} ${each.as}`} comparison={each} organ={organ} />
      ))}
      <tr>
        <td>{comparisons.length === 0 && organ}</td>
        <td colSpan={6} class="soft">
          {reason}
        </td>
        <td>
          <span class={`badge ${verdict === 'promote' ? 'good' : 'warn'}`}>
            {verdict === 'promote' ? 'may be promoted' : 'held'}
          </span>
        </td>
      </tr>
    </>
  );
}

interface ComparisonProps {
  readonly organ: string;
  readonly comparison: RoundComparison;
}

function ComparisonLine({ organ, comparison: { is, as, figures, verdict } }: ComparisonProps) {
  const [dsc, nsd] = figures;
  return (
    <tr>
      <td>{organ}</td>
      <td>
        {is} beside {as === 'standing' ? 'the standing model' : 'its teacher'}
      </td>
      <td class="figure">{Math.min(dsc!.n, nsd!.n)}</td>
      <td class="figure">{gateMeans(dsc!, threeDigits)}</td>
      <td class="figure">{gateDifference(dsc!, threeDigits)}</td>
      <td class="figure">{gateMeans(nsd!, threeDigits)}</td>
      <td class="figure">{gateDifference(nsd!, threeDigits)}</td>
      <td class="soft">{verdict === 'promote' ? 'passes' : 'does not pass'}</td>
    </tr>
  );
}

function threeDigits(share: number): string {
  return share.toFixed(3);
}
