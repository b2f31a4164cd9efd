import { useKeys } from '../state/keys.js';
import { liveState } from '../state/live.js';
import { follow, go, type PageName, pageAddress, route } from '../state/router.js';
import { may, me, membership, signOut } from '../state/session.js';
import { keyHelpOpen } from './key-help.js';

interface Entry {
  readonly page: PageName;
  readonly title: string;
  readonly key: string;
  shown(): boolean;
}

const entries: readonly Entry[] = [
  { page: 'overview', title: 'Overview', key: 'O', shown: () => may('campaign.read') },
  { page: 'work', title: 'My work', key: 'W', shown: () => may('inbox.read') },
  {
    page: 'review',
    title: 'Review queue',
    key: 'R',
    shown: () => may('inbox.read') && membership.value?.role !== 'junior',
  },
  { page: 'people', title: 'People', key: 'P', shown: () => may('people.read') },
  { page: 'audit', title: 'Audit trail', key: 'A', shown: () => may('audit.read') },
  { page: 'evaluations', title: 'Evaluations', key: 'E', shown: () => may('evaluation.read') },
  { page: 'models', title: 'Models', key: 'M', shown: () => may('round.read') },
  { page: 'releases', title: 'Releases', key: 'L', shown: () => may('release.read') },
];

const liveWords = { off: 'not live', waiting: 'connecting', open: 'live' } as const;

/** Where one can go, who one is, and whether what is shown is live. */
export function Bar() {
  const { campaign = '', page } = route.value;
  const who = me.value;
  const shown = entries.filter((entry) => entry.shown());
  useKeys(
    shown.map(({ page: to, title, key }) => ({
      key,
      does: title.toLowerCase(),
      run: () => go(pageAddress(campaign, to)),
    })),
  );
  return (
    <header class="bar">
      <a class="brand" href={campaign === '' ? '/' : pageAddress(campaign, 'overview')} onClick={follow}>
        plusct
      </a>
      <nav aria-label="Pages">
        {shown.map(({ page: to, title }) => (
          <a
            key={to}
            href={pageAddress(campaign, to)}
            onClick={follow}
            aria-current={to === page ? 'page' : undefined}
          >
            {title}
          </a>
        ))}
      </nav>
      <CampaignChoice />
      <span class="live" data-state={liveState.value} role="status">
        {liveWords[liveState.value]}
      </span>
      <span class="who">
        {who?.name ?? who?.id}
        {membership.value && <span class="soft"> · {membership.value.role}</span>}
      </span>
      <button
        type="button"
        class="plain"
        title="Keys"
        aria-label="Keys"
        onClick={() => {
          keyHelpOpen.value = true;
        }}
      >
        <kbd>?</kbd>
      </button>
      <button type="button" class="plain" onClick={() => void signOut()}>
        Sign out
      </button>
    </header>
  );
}

/** For those who belong to several campaigns. */
function CampaignChoice() {
  const campaigns = me.value?.campaigns ?? [];
  if (campaigns.length < 2) return null;
  return (
    <select
      aria-label="Campaign"
      value={route.value.campaign ?? ''}
      onChange={(event) => go(pageAddress(event.currentTarget.value, 'overview'))}
    >
      {campaigns.map(({ campaign }) => (
        <option key={campaign}>{campaign}</option>
      ))}
    </select>
  );
}
