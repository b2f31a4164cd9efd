import { ApiProblem } from '../state/api.js';

/** What went wrong and what can be done about it; nothing when nothing did. */
export function ProblemBox({ problem, again }: { readonly problem: unknown; readonly again?: () => void }) {
  if (problem === undefined) return null;
  const { title, detail, remedy } =
    problem instanceof ApiProblem
      ? problem.body
      : { title: 'The page failed', detail: String(problem), remedy: 'Load the page anew' };
  return (
    <div class="notice bad row" role="alert">
      <div class="grow">
        <b>{title}</b>
        <p>{sentence(detail)}</p>
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
