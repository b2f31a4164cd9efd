import { useEffect, useState } from 'preact/hooks';
import type { SignInMethods } from '../../api/schemas/me.js';
import { ProblemBox } from '../parts/problem-box.js';
import { signIn, signInAddress, signInMethods, signInProblem } from '../state/session.js';

/** Why the way back from the institution's provider ended here. */
const failures = new Map([
  ['provider', 'Your institution’s sign-in does not answer. Try again in a moment.'],
  [
    'answer',
    'What your institution’s sign-in answered does not hold, or it took too long. Sign in again; if that does not help, tell whoever runs this server.',
  ],
]);

/** The door: a local token, or the provider of the institution. */
export function SignInPage() {
  const [methods, setMethods] = useState<SignInMethods | undefined>();
  const [problem, setProblem] = useState<unknown>();
  const failure = failures.get(new URLSearchParams(location.search).get('failed') ?? '');
  useEffect(() => {
    signInMethods().then(setMethods, setProblem);
  }, []);
  return (
    <main id="content">
      <div class="door">
        <div>
          <h1>plusct</h1>
          <p class="soft">One fully labelled dataset out of single-organ CT collections.</p>
        </div>
        <ProblemBox problem={signInProblem.value ?? problem} />
        {failure !== undefined && (
          <div class="notice bad" role="alert">
            <b>You are not signed in</b>
            <p>{failure}</p>
          </div>
        )}
        <div class="panel">
          <div class="body">
            {methods === undefined && problem === undefined && <span class="bone" />}
            {methods?.oidc && (
              <a class="button primary" href={signInAddress}>
                Sign in with your institution
              </a>
            )}
            {methods?.local && <TokenForm />}
          </div>
        </div>
      </div>
    </main>
  );
}

function TokenForm() {
  const [token, setToken] = useState('');
  const [busy, setBusy] = useState(false);
  const enter = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    await signIn(token);
    setBusy(false);
  };
  return (
    <form class="stack" onSubmit={enter}>
      <label class="stack">
        <span>Your token</span>
        <input
          type="password"
          name="token"
          required
          minLength={20}
          autocomplete="current-password"
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
      </label>
      <button type="submit" class="primary" disabled={busy}>
        Sign in
      </button>
      <p class="soft small">
        <code>plusct serve</code> prints a sign-in link for each person; the token is the last part of it.
      </p>
    </form>
  );
}
