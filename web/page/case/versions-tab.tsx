import { type ComponentChildren, Fragment } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { type Organ, organs, organValue } from '../../../domain/organ.js';
import type { CaseBody } from '../../api/schemas/case-body.js';
import type { DiffBody } from '../../api/schemas/figures.js';
import type { TaskEntry } from '../../api/schemas/task-body.js';
import { Ask } from '../parts/ask.js';
import { ProblemBox } from '../parts/problem-box.js';
import { useResource } from '../state/resource.js';
import { addedColour, css, organColours, removedColour } from '../viewer/colours.js';
import { type CaseAt, caseAddress, loadMask, loadPreLabel, versionsOf } from './case-data.js';
import { workOn } from './commands.js';
import { differences, type OrganDifference } from './figures.js';
import type { Workspace } from './workspace.js';

interface VersionsProps {
  readonly at: CaseAt;
  readonly body: CaseBody;
  readonly entry: TaskEntry | undefined;
  readonly workspace: Workspace;
  done(): void;
}

/** `pre-label`: all organs as they were before anybody drew; `drawn`: as they came, against what is drawn now. */
export type Base = 'pre-label' | 'drawn' | { readonly organ: Organ; readonly version: string };

/** Versions of each organ, and what is different from them in the labels as they are now. */
export function VersionsTab({ at, body, entry, workspace, done }: VersionsProps) {
  const { base, problem, figures, show } = useComparison(at, workspace);
  const isOn = workspace.comparison.value !== undefined;
  // Restoring brings other labels: what is drawn on these has to be handed in, or undone, first.
  const mayRestore = (entry?.can.includes('restore') ?? false) && workspace.strokes.value === 0;
  return (
    <>
      <section>
        <h2>
          What changed <kbd>d</kbd>
        </h2>
        <div class="windows">
          <button
            type="button"
            data-diff
            aria-pressed={isOn && base === 'pre-label'}
            onClick={() => void show(isOn && base === 'pre-label' ? undefined : 'pre-label')}
          >
            Since pre-label
          </button>
          <button
            type="button"
            aria-pressed={isOn && base === 'drawn'}
            hidden={workspace.strokes.value === 0}
            onClick={() => void show(isOn && base === 'drawn' ? undefined : 'drawn')}
          >
            Since opened
          </button>
        </div>
        <ProblemBox problem={problem} />
        {isOn && <Figures figures={figures} workspace={workspace} />}
        {isOn && workspace.strokes.value === 0 && <Served at={at} body={body} base={base} />}
      </section>
      {organs.map((organ) => (
        <OrganVersions key={organ} organ={organ} body={body} base={isOn ? base : undefined} show={show}>
          {mayRestore && typeof base === 'object' && (
            <Restore entry={entry!} body={body} base={base} workspace={workspace} done={done} />
          )}
        </OrganVersions>
      ))}
    </>
  );
}

interface RestoreProps {
  readonly entry: TaskEntry;
  readonly body: CaseBody;
  readonly base: { readonly organ: Organ; readonly version: string };
  readonly workspace: Workspace;
  done(): void;
}

/** Takes an older version of an organ again: its voxels become a new version. */
function Restore({ entry, body, base: { organ, version }, workspace, done }: RestoreProps) {
  const [asking, setAsking] = useState(false);
  const { label, state } = entry.task.organs[organ];
  const older = versionsOf(body.versions, organ).find((each) => each.version === version);
  const same = older === undefined || older.voxelSha256 === label?.voxelSha256;
  if (same || state === 'source' || state === 'absent') return null;
  const act = async (reason: string) => {
    await workOn(entry, workspace, { kind: 'restore', organ, version, reason });
    workspace.compare(undefined);
    done();
  };
  return (
    <>
      <button type="button" onClick={() => setAsking(true)}>
        Take this {organ} of {older.author} again
      </button>
      {asking && (
        <Ask
          title={`Take the ${organ} of ${older.author} again`}
          does="Restore"
          reason="needed"
          act={act}
          close={() => setAsking(false)}
        >
          <p class="soft">
            {older.voxels.toLocaleString()} voxels, “{older.reason}”. They become a new version; none is lost.
          </p>
        </Ask>
      )}
    </>
  );
}

/** Compares the labels as they are now with an earlier state, on the canvas and in figures. */
function useComparison(at: CaseAt, workspace: Workspace) {
  const [base, setBase] = useState<Base | undefined>();
  const [problem, setProblem] = useState<unknown>();
  const shown = workspace.comparison.value;
  const figures = useMemo(() => (shown === undefined ? [] : differences(shown, voxelMl(workspace))), [shown]);
  useEffect(() => {
    if (shown === undefined) setBase(undefined);
  }, [shown]);
  const show = async (wanted: Base | undefined) => {
    setProblem(undefined);
    try {
      const from = wanted === undefined ? undefined : await fromOf(wanted, at, workspace);
      const to = workspace.values;
      workspace.use('look');
      workspace.compare(from === undefined || to === undefined ? undefined : { from, to });
      setBase(from === undefined ? undefined : wanted);
    } catch (error) {
      setProblem(error);
    }
  };
  return { base, problem, figures, show };
}

function voxelMl({ grid }: Workspace): number {
  const [x, y, z] = grid.value?.rasSpacingMm ?? [0, 0, 0];
  return (x * y * z) / 1000;
}

interface ServedProps {
  readonly at: CaseAt;
  readonly body: CaseBody;
  readonly base: Base | undefined;
}

/** What only the server measures between two versions: NSD, and what changed hands between organs. */
function Served({ at, body, base }: ServedProps) {
  const to = typeof base === 'object' ? versionsOf(body.versions, base.organ)[0]?.version : undefined;
  const asked = typeof base === 'object' && to !== undefined && to !== base.version ? base : undefined;
  const query = asked && `organ=${asked.organ}&from=${asked.version}&to=${to}`;
  const { data } = useResource<DiffBody>(query && `${caseAddress(at, 'diff')}?${query}`, () => false);
  if (data === undefined) return null;
  return (
    <p class="soft small">
      {data.organ} since that version: NSD {typeof data.nsd === 'number' ? data.nsd.toFixed(3) : '–'} at 1 mm
      {data.movedMl === undefined ? '' : `, ${data.movedMl.toFixed(2)} ml moved between organs`}
    </p>
  );
}

async function fromOf(base: Base, at: CaseAt, workspace: Workspace): Promise<Uint8Array | undefined> {
  if (base === 'drawn') return workspace.original;
  if (base === 'pre-label') return loadPreLabel(at);
  const mask = await loadMask(at, base.organ, base.version);
  const value = organValue[base.organ];
  // Only this organ is compared: everything else is as it is now.
  return workspace.values?.map((now, index) => (mask[index] !== 0 ? value : now === value ? 0 : now));
}

function Figures({
  figures,
  workspace,
}: {
  readonly figures: readonly OrganDifference[];
  readonly workspace: Workspace;
}) {
  const size = workspace.grid.value?.size ?? [1, 1, 1];
  const jump = (index: number) =>
    workspace.jump([
      index % size[0],
      Math.floor(index / size[0]) % size[1],
      Math.floor(index / (size[0] * size[1])),
    ]);
  return (
    <>
      <div class="row small">
        <span class="swatch" style={{ background: css(addedColour) }} /> added
        <span class="swatch" style={{ background: css(removedColour) }} /> removed
      </div>
      <table class="figures" aria-label="Differences by organ">
        <thead>
          <tr>
            <th>Organ</th>
            <th class="figure">+ ml</th>
            <th class="figure">− ml</th>
            <th class="figure">DSC</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {figures.map(({ organ, addedMl, removedMl, dsc, first }) => (
            <tr key={organ}>
              <td>{organ}</td>
              <td class="figure">{addedMl.toFixed(2)}</td>
              <td class="figure">{removedMl.toFixed(2)}</td>
              <td class="figure">{dsc === undefined ? '–' : dsc.toFixed(3)}</td>
              <td class="figure">
                {first !== undefined && (
                  <button type="button" class="plain small" onClick={() => jump(first)}>
                    go
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

interface OrganVersionsProps {
  readonly organ: Organ;
  readonly body: CaseBody;
  readonly base: Base | undefined;
  /** What stands below the version that is chosen. */
  readonly children: ComponentChildren;
  show(base: Base): Promise<void>;
}

function OrganVersions({ organ, body, base, children, show }: OrganVersionsProps) {
  const versions = versionsOf(body.versions, organ);
  if (versions.length === 0) return null;
  const chosen = typeof base === 'object' && base.organ === organ ? base.version : undefined;
  return (
    <section>
      <h2>
        <span class="row">
          <span class="swatch" style={{ background: css(organColours[organ]) }} />
          {organ}
        </span>
      </h2>
      {versions.map((each, place) => (
        <Fragment key={each.version}>
          <button
            type="button"
            class={`entry ${chosen === each.version ? 'chosen' : ''}`}
            aria-pressed={chosen === each.version}
            title={`Compare the labels as they are now with ${each.version} of ${each.author}`}
            onClick={() => void show({ organ, version: each.version })}
          >
            <span class="row">
              <b class="cut">{each.author}</b>
              <span class="badge">{each.origin}</span>
            </span>
            <span class="soft small">
              {place === 0 ? 'newest, ' : ''}
              {each.reason} · {each.voxels.toLocaleString()} voxels
            </span>
          </button>
          {chosen === each.version && children}
        </Fragment>
      ))}
    </section>
  );
}
