import { useEffect } from 'preact/hooks';
import { AuditPage } from './pages/audit.js';
import { CasePage } from './pages/case.js';
import { EvaluationsPage } from './pages/evaluations.js';
import { ModelsPage } from './pages/models.js';
import { OverviewPage } from './pages/overview.js';
import { PeoplePage } from './pages/people.js';
import { ReleasesPage } from './pages/releases.js';
import { ReviewPage } from './pages/review.js';
import { SignInPage } from './pages/sign-in.js';
import { WorkPage } from './pages/work.js';
import { Bar } from './parts/bar.js';
import { KeyHelp, keyHelpOpen } from './parts/key-help.js';
import { Skeleton } from './parts/skeleton.js';
import { useKeys } from './state/keys.js';
import { follow, go, type PageName, pageAddress, type Route, route } from './state/router.js';
import { me, membership } from './state/session.js';

/** Everything that the browser shows. */
export function Page() {
  useKeys([
    {
      key: '?',
      does: 'this list of keys',
      run: () => {
        keyHelpOpen.value = true;
      },
    },
  ]);
  const who = me.value;
  const { campaign } = route.value;
  useEffect(() => {
    const first = who?.campaigns[0];
    if (campaign === undefined && first !== undefined) go(homeOf(first), true);
  }, [who, campaign]);
  return (
    <>
      {who === undefined && (
        <main>
          <Skeleton />
        </main>
      )}
      {who === null && <SignInPage />}
      {who && <SignedIn />}
      {keyHelpOpen.value && <KeyHelp />}
    </>
  );
}

/** People who draw, review or verify begin with their work, all others with the overview. */
function homeOf({ campaign, actions }: { readonly campaign: string; readonly actions: readonly string[] }) {
  return pageAddress(campaign, actions.includes('task.take') ? 'work' : 'overview');
}

/** Windows, tabs and screen readers are told which page it is. */
function useTitle({ page, rest }: Route): void {
  const title = page === 'case' ? rest.join(' / ') : titles[page];
  useEffect(() => {
    document.title = `${title} – plusct`;
  }, [title]);
}

const titles: Record<PageName, string> = {
  overview: 'Overview',
  work: 'My work',
  review: 'Review queue',
  people: 'People',
  audit: 'Audit trail',
  evaluations: 'Evaluations',
  models: 'Models',
  releases: 'Releases',
  case: 'Case',
};

function SignedIn() {
  const { page, campaign } = route.value;
  const known = membership.value !== undefined;
  useTitle(route.value);
  return (
    <>
      <a class="skip" href="#content">
        To the content
      </a>
      <Bar />
      {known ? (
        <main id="content" tabIndex={-1} class={page === 'case' ? 'wide' : ''} key={`${campaign}/${page}`}>
          {pages[page]()}
        </main>
      ) : (
        <main id="content">
          <div class="notice warn">
            <b>
              {campaign === undefined ? 'You belong to no campaign yet' : `You do not belong to ${campaign}`}
            </b>
            <p class="soft">
              A lead adds people under People, or with <code>plusct people add</code>.
            </p>
            {me.value?.campaigns.map((each) => (
              <p key={each.campaign}>
                <a href={homeOf(each)} onClick={follow}>
                  Go to {each.campaign}
                </a>
              </p>
            ))}
          </div>
        </main>
      )}
    </>
  );
}

const pages: Record<PageName, () => preact.JSX.Element> = {
  overview: () => <OverviewPage />,
  work: () => <WorkPage />,
  review: () => <ReviewPage />,
  people: () => <PeoplePage />,
  audit: () => <AuditPage />,
  evaluations: () => <EvaluationsPage />,
  models: () => <ModelsPage />,
  releases: () => <ReleasesPage />,
  case: () => <CasePage />,
};
