import { ApiProblem } from '../state/api.js';

/** What went wrong and what can be done about it; nothing when nothing did. */
export function ProblemBox({ problem, again }: { readonly problem: unknown; readonly again?: () => void }) {
  if (problem === undefined) return null;
  const { title, detail, remedy, findings } =
    problem instanceof ApiProblem
      ? problem.body
      : { title: 'The page failed', detail: String(problem), remedy: 'Load the page anew' };
  return (
    <div class="notice bad row" role="alert">
      <div class="grow">
        <b>{title}</b>
        {findings === undefined && <p>{sentence(detail)}</p>}
        {findings?.map((each) => (
          <p key={`${each.code} ${each.message}`} title={each.code}>
            {sentence(each.message)} <span class="soft">{sentence(each.suggestion)}</span>
          </p>
        ))}
        <p class="soft">{sentence(remedy)}</p>
      </div>
      {again !== undefined && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
