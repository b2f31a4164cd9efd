import { useEffect, useState } from 'preact/hooks';
import { type Organ, organs, organValue } from '../../../domain/organ.js';
import type { CaseBody } from '../../api/schemas/case-body.js';
import { ProblemBox } from '../parts/problem-box.js';
import { addedColour, css, organColours, removedColour } from '../viewer/colours.js';
import { type CaseAt, loadMask, loadPreLabel, versionsOf } from './case-data.js';
import { differences, type OrganDifference } from './figures.js';
import type { Workspace } from './workspace.js';

interface VersionsProps {
  readonly at: CaseAt;
  readonly body: CaseBody;
  readonly workspace: Workspace;
}

/** `pre-label`: all organs as they were before anybody drew; `drawn`: as they came, against what is drawn now. */
export type Base = 'pre-label' | 'drawn' | { readonly organ: Organ; readonly version: string };

/** Versions of each organ, and what is different from them in the labels as they are now. */
export function VersionsTab({ at, body, workspace }: VersionsProps) {
  const { base, problem, figures, show } = useComparison(at, workspace);
  const isOn = workspace.comparison.value !== undefined;
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
      </section>
      {organs.map((organ) => (
        <OrganVersions key={organ} organ={organ} body={body} base={isOn ? base : undefined} show={show} />
      ))}
    </>
  );
}

/** Compares the labels as they are now with an earlier state, on the canvas and in figures. */
function useComparison(at: CaseAt, workspace: Workspace) {
  const [base, setBase] = useState<Base | undefined>();
  const [problem, setProblem] = useState<unknown>();
  const [figures, setFigures] = useState<readonly OrganDifference[]>([]);
  void workspace.strokes.value;
  useEffect(() => {
    if (workspace.comparison.value === undefined) setBase(undefined);
  }, [workspace.comparison.value]);
  const show = async (wanted: Base | undefined) => {
    setProblem(undefined);
    try {
      const from = wanted === undefined ? undefined : await fromOf(wanted, at, workspace);
      const to = workspace.values;
      const grid = workspace.grid.value;
      if (from === undefined || to === undefined || grid === undefined) {
        workspace.compare(undefined);
        setBase(undefined);
        return;
      }
      const [x, y, z] = grid.rasSpacingMm;
      workspace.use('look');
      workspace.compare({ from, to });
      setFigures(differences({ from, to }, (x * y * z) / 1000));
      setBase(wanted);
    } catch (error) {
      setProblem(error);
    }
  };
  return { base, problem, figures, show };
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
  show(base: Base): Promise<void>;
}

function OrganVersions({ organ, body, base, show }: OrganVersionsProps) {
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
        <button
          key={each.version}
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
      ))}
    </section>
  );
}
