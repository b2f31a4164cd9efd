import { useState } from 'preact/hooks';
import { roles } from '../../../domain/role.js';
import type { AgreementBody, PeopleFigures, PersonFiguresBody } from '../../api/schemas/figures.js';
import type { PeopleBody, PersonBody } from '../../api/schemas/people-body.js';
import { AgreementPanel } from '../parts/agreement-panel.js';
import { Ask } from '../parts/ask.js';
import { ProblemBox } from '../parts/problem-box.js';
import { Skeleton } from '../parts/skeleton.js';
import { inCampaign, sendJson } from '../state/api.js';
import { useResource } from '../state/resource.js';
import { route } from '../state/router.js';
import { may } from '../state/session.js';

/** Who works on the campaign, how much, and how often their work comes back. */
export function PeoplePage() {
  const { campaign = '' } = route.value;
  const { data, problem, reload } = useResource<PeopleBody>(inCampaign(campaign, 'people'));
  const agreement = useResource<AgreementBody>(
    may('agreement.read') ? inCampaign(campaign, 'agreement') : undefined,
  );
  const figures = useResource<PeopleFigures>(
    may('effort.read') ? inCampaign(campaign, 'people', 'figures') : undefined,
  );
  const [adding, setAdding] = useState(false);
  return (
    <>
      <div class="head">
        <h1>People</h1>
        {data && <span class="soft">{data.people.length} in this campaign</span>}
        {may('people.change') && (
          <div class="aside">
            <button type="button" onClick={() => setAdding(true)}>
              Add somebody
            </button>
          </div>
        )}
      </div>
      <ProblemBox problem={problem} again={reload} />
      {data === undefined && problem === undefined && <Skeleton lines={8} />}
      {data && <PeopleTable people={data.people} figures={figures.data?.figures ?? []} />}
      {agreement.data && <AgreementPanel data={agreement.data} />}
      {adding && <AddPerson campaign={campaign} done={reload} close={() => setAdding(false)} />}
    </>
  );
}

interface PeopleTableProps {
  readonly people: readonly PersonBody[];
  readonly figures: readonly PersonFiguresBody[];
}

function PeopleTable({ people, figures }: PeopleTableProps) {
  return (
    <div class="panel scroll">
      <table>
        <thead>
          <tr>
            <th>Person</th>
            <th>Role</th>
            <th class="figure">Holds</th>
            <th class="figure">Drew</th>
            <th class="figure">Returned</th>
            <th class="figure">Return rate</th>
            <th class="figure">Hours</th>
            <th class="figure">Agreement</th>
            <th class="figure">Reviewed</th>
            <th class="figure">Verified</th>
          </tr>
        </thead>
        <tbody>
          {people.map((each) => (
            <PersonLine
              key={each.id}
              person={each}
              figures={figures.find(({ person }) => person === each.id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface PersonLineProps {
  readonly person: PersonBody;
  readonly figures: PersonFiguresBody | undefined;
}

function PersonLine({ person, figures }: PersonLineProps) {
  const rate = figures?.returnRate ?? (person.drew === 0 ? undefined : person.returned / person.drew);
  const { hours, agreement } = figures ?? {};
  return (
    <tr>
      <td>
        {person.name ?? person.id}
        {person.name !== undefined && <span class="soft"> {person.id}</span>}
        {person.simulated && (
          <span class="badge" style={{ marginLeft: '6px' }}>
            simulated
          </span>
        )}
      </td>
      <td>{person.role}</td>
      <td class="figure">{person.holds}</td>
      <td class="figure">{person.drew}</td>
      <td class="figure">{person.returned}</td>
      <td class="figure">{rate === undefined ? '–' : `${Math.round(100 * rate)} %`}</td>
      <td class="figure">{hours === undefined ? '–' : hours.toFixed(1)}</td>
      <td class="figure">
        {agreement === undefined ? '–' : `${agreement.dsc.toFixed(3)} of ${agreement.organs}`}
      </td>
      <td class="figure">{person.reviewed}</td>
      <td class="figure">{person.verified}</td>
    </tr>
  );
}

interface AddProps {
  readonly campaign: string;
  done(): void;
  close(): void;
}

function AddPerson({ campaign, done, close }: AddProps) {
  const [id, setId] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<string>('junior');
  const add = async () => {
    const called = name.trim() === '' ? {} : { name: name.trim() };
    await sendJson(inCampaign(campaign, 'people'), { id, role, simulated: false, ...called });
    done();
  };
  return (
    <Ask title="Add somebody" does="Add" reason="none" act={add} close={close}>
      <label class="stack">
        <span>Id: small letters, digits, hyphens</span>
        <input
          type="text"
          required
          pattern="[a-z0-9][a-z0-9\-]{0,39}"
          value={id}
          onInput={(event) => setId(event.currentTarget.value)}
        />
      </label>
      <label class="stack">
        <span>Name (if you like)</span>
        <input
          type="text"
          maxLength={120}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </label>
      <label class="stack">
        <span>Role</span>
        <select value={role} onChange={(event) => setRole(event.currentTarget.value)}>
          {roles.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
    </Ask>
  );
}
