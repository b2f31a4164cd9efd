import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { CaseBody } from '../../api/schemas/case-body.js';
import type { TaskEntry } from '../../api/schemas/task-body.js';
import { type Button, buttonsFor, type DialogName } from '../case/acts.js';
import { type CaseAt, caseAddress, currentTask, lockedOrgans, mayDrawIn } from '../case/case-data.js';
import { drawingKeys } from '../case/case-keys.js';
import { workOn } from '../case/commands.js';
import { CommentsTab } from '../case/comments-tab.js';
import { CaseDialog } from '../case/dialogs.js';
import { FactsTab } from '../case/facts-tab.js';
import { OrganPanel } from '../case/organ-panel.js';
import { Stage } from '../case/stage.js';
import { ToolPanel } from '../case/tool-panel.js';
import { useLease } from '../case/use-lease.js';
import { useVolumes } from '../case/use-volumes.js';
import { VersionsTab } from '../case/versions-tab.js';
import { ViewPanel } from '../case/view-panel.js';
import { Workspace } from '../case/workspace.js';
import { PhaseBadge } from '../parts/phase-badge.js';
import { ProblemBox } from '../parts/problem-box.js';
import { Skeleton } from '../parts/skeleton.js';
import { Until } from '../parts/time.js';
import { useKeys } from '../state/keys.js';
import { useResource } from '../state/resource.js';
import { route } from '../state/router.js';
import { may, membership } from '../state/session.js';
import { takeNext } from '../state/take-next.js';

const tabs = ['Versions', 'Comments', 'Facts'] as const;
type Tab = (typeof tabs)[number];

/** One case: its scan, its labels, its task. */
export function CasePage() {
  const { campaign = '', rest } = route.value;
  const [collection = '', caseId = ''] = rest;
  const at = useMemo(() => ({ campaign, collection, caseId }), [campaign, collection, caseId]);
  return <OpenCase at={at} key={`${collection}/${caseId}`} />;
}

function OpenCase({ at }: { readonly at: CaseAt }) {
  const workspace = useMemo(() => new Workspace(), []);
  const { data, problem, reload } = useResource<CaseBody>(caseAddress(at), ({ entity }) =>
    entity.includes(`/${at.collection}/${at.caseId}`),
  );
  const entry = data === undefined ? undefined : currentTask(data);
  const volumes = useVolumes(at, entry, data !== undefined, workspace);
  const [tab, setTab] = useState<Tab>('Versions');
  useEffect(() => {
    workspace.locked.value = new Set(lockedOrgans(entry));
    workspace.mayDraw.value = mayDrawIn(entry);
    if (!workspace.mayDraw.value) workspace.tool.value = 'look';
  }, [entry]);
  const { dialog, setDialog, refused, setRefused, press } = usePress(entry, workspace, reload);
  const buttons = buttonsFor(entry, workspace.strokes.value > 0);
  useSignsOfWork(workspace);
  useLease(entry, workspace, reload);
  useCaseKeys({ workspace, buttons, press, setTab, setDialog, entry, campaign: at.campaign, setRefused });
  return (
    <div class="case">
      <div class="side left">
        <OrganPanel workspace={workspace} entry={entry} />
        {drawing.has(membership.value?.role) && <ToolPanel workspace={workspace} />}
        <ViewPanel workspace={workspace} />
      </div>
      <div class="stage">
        <Title at={at} entry={entry} buttons={buttons} press={press} />
        <Refusal of={refused} />
        <ProblemBox problem={problem} again={reload} />
        {(data !== undefined || problem === undefined) && (
          <Stage workspace={workspace} volumes={volumes} comments={entry?.task.comments ?? []} />
        )}
      </div>
      <About
        at={at}
        case_={data}
        failed={problem !== undefined}
        entry={entry}
        workspace={workspace}
        tab={tab}
        setTab={setTab}
        comment={() => setDialog('comment')}
        done={reload}
      />
      {dialog !== undefined && entry !== undefined && (
        <CaseDialog
          name={dialog}
          entry={entry}
          head={volumes.head}
          workspace={workspace}
          done={() => {
            if (sendsDrawing.has(dialog)) volumes.forget();
            reload();
          }}
          close={() => setDialog(undefined)}
        />
      )}
    </div>
  );
}

/** Why what was pressed was not done: words of the queue, or a problem. */
function Refusal({ of }: { readonly of: unknown }) {
  return typeof of === 'string' ? <div class="notice warn">{of}</div> : <ProblemBox problem={of} />;
}

/** Roles that hand in labels of their own. */
const drawing: ReadonlySet<string | undefined> = new Set(['junior', 'senior']);

/** After these, what was drawn is with the server. */
const sendsDrawing: ReadonlySet<DialogName> = new Set([
  'submit',
  'submit-file',
  'refine',
  'refine-file',
  'release',
  'hand-over',
]);

/** What the buttons do: a command at once, or a dialog before it. */
function usePress(entry: TaskEntry | undefined, workspace: Workspace, done: () => void) {
  const [dialog, setDialog] = useState<DialogName>();
  const [refused, setRefused] = useState<unknown>();
  const press = async ({ act }: Button) => {
    if (act.kind === 'dialog') return setDialog(act.dialog);
    setRefused(undefined);
    try {
      await workOn(entry!, workspace, act.body);
    } catch (error) {
      setRefused(error);
    }
    done();
    return undefined;
  };
  return { dialog, setDialog, refused, setRefused, press };
}

interface AboutProps {
  readonly at: CaseAt;
  readonly case_: CaseBody | undefined;
  readonly failed: boolean;
  readonly entry: TaskEntry | undefined;
  readonly workspace: Workspace;
  readonly tab: Tab;
  setTab(tab: Tab): void;
  comment(): void;
  done(): void;
}

/** Versions, comments and facts, beside the canvas. */
function About({ at, case_, failed, entry, workspace, tab, setTab, comment, done }: AboutProps) {
  return (
    <div class="side right">
      <TabList tab={tab} setTab={setTab} count={entry?.task.comments?.length ?? 0} />
      {case_ === undefined && !failed && <Skeleton lines={8} />}
      {case_ && tab === 'Versions' && (
        <VersionsTab at={at} body={case_} entry={entry} workspace={workspace} done={done} />
      )}
      {case_ && tab === 'Comments' && (
        <CommentsTab entry={entry} workspace={workspace} add={comment} done={done} />
      )}
      {case_ && tab === 'Facts' && <FactsTab at={at} body={case_} entry={entry} done={done} />}
    </div>
  );
}

/** Every key and press on the page of a case counts as work on it. */
function useSignsOfWork(workspace: Workspace): void {
  useEffect(() => {
    const stop = new AbortController();
    for (const sign of ['pointerdown', 'keydown', 'wheel'])
      addEventListener(sign, () => workspace.touch(), { signal: stop.signal, passive: true });
    return () => stop.abort();
  }, [workspace]);
}

interface TitleProps {
  readonly at: CaseAt;
  readonly entry: TaskEntry | undefined;
  readonly buttons: readonly Button[];
  press(button: Button): void;
}

function Title({ at, entry, buttons, press }: TitleProps) {
  const shown = buttons.filter(({ inMenu }) => inMenu !== true);
  return (
    <div class="title">
      <h1 title={`${at.collection} / ${at.caseId}`}>
        <span class="soft">{at.collection} /</span> {at.caseId}
      </h1>
      {entry && <PhaseBadge phase={entry.task.phase} />}
      {entry?.task.lease && <Until at={entry.task.lease.expiresAt} reminded={entry.task.reminded} />}
      <div class="acts">
        <Menu buttons={buttons.filter(({ inMenu }) => inMenu === true)} press={press} />
        {shown.map((button) => (
          <button
            key={button.title}
            type="button"
            class={button.primary ? 'primary' : ''}
            onClick={() => press(button)}
          >
            {button.title}
            {button.key && <kbd>{button.key}</kbd>}
          </button>
        ))}
      </div>
    </div>
  );
}

/** What is seldom asked of a task. */
function Menu({ buttons, press }: Pick<TitleProps, 'buttons' | 'press'>) {
  const menu = useRef<HTMLDetailsElement>(null);
  if (buttons.length === 0) return null;
  const choose = (button: Button) => {
    menu.current?.removeAttribute('open');
    press(button);
  };
  return (
    <details class="menu" ref={menu} onBlur={(event) => closeUnlessWithin(event, menu.current)}>
      <summary>More</summary>
      <div>
        {buttons.map((button) => (
          <button key={button.title} type="button" class="plain" onClick={() => choose(button)}>
            {button.title}
          </button>
        ))}
      </div>
    </details>
  );
}

function closeUnlessWithin({ relatedTarget }: FocusEvent, menu: HTMLDetailsElement | null): void {
  if (!(relatedTarget instanceof Node) || !menu?.contains(relatedTarget)) menu?.removeAttribute('open');
}

interface TabListProps {
  readonly tab: Tab;
  readonly count: number;
  setTab(tab: Tab): void;
}

function TabList({ tab, count, setTab }: TabListProps) {
  const list = useRef<HTMLDivElement>(null);
  const step = (event: KeyboardEvent) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (by === undefined) return;
    event.stopPropagation();
    const next = (tabs.indexOf(tab) + by + tabs.length) % tabs.length;
    setTab(tabs[next]!);
    list.current?.querySelectorAll('button')[next]?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="About this case" ref={list} onKeyDown={step}>
      {tabs.map((each) => (
        <button
          key={each}
          type="button"
          role="tab"
          aria-selected={tab === each}
          tabIndex={tab === each ? 0 : -1}
          onClick={() => setTab(each)}
        >
          {each}
          {each === 'Comments' && count > 0 ? ` ${count}` : ''}
        </button>
      ))}
    </div>
  );
}

interface CaseKeys {
  readonly workspace: Workspace;
  readonly buttons: readonly Button[];
  readonly entry: TaskEntry | undefined;
  readonly campaign: string;
  press(button: Button): void;
  setTab(tab: Tab): void;
  setDialog(dialog: DialogName): void;
  setRefused(problem: unknown): void;
}

function useCaseKeys({
  workspace,
  buttons,
  press,
  setTab,
  setDialog,
  entry,
  campaign,
  setRefused,
}: CaseKeys): void {
  const next = () => takeNext(campaign).then(setRefused, setRefused);
  const mayComment = entry?.can.includes('comment') ?? false;
  useKeys([
    ...(may('task.take') ? [{ key: 'n', does: 'take the next case', run: () => void next() }] : []),
    ...buttons.flatMap((button) =>
      button.key === undefined
        ? []
        : [{ key: button.key, does: button.title.toLowerCase(), run: () => press(button) }],
    ),
    { key: 'v', does: 'versions', run: () => setTab('Versions') },
    {
      key: 'd',
      does: 'what changed, or not',
      run: () => {
        setTab('Versions');
        setTimeout(() => document.querySelector<HTMLButtonElement>('[data-diff]')?.click());
      },
    },
    { key: 'c', does: 'comments', run: () => setTab('Comments') },
    { key: 'i', does: 'facts of the case', run: () => setTab('Facts') },
    ...(mayComment ? [{ key: 'm', does: 'comment at the cross-hair', run: () => setDialog('comment') }] : []),
    ...drawingKeys(workspace),
  ]);
}
