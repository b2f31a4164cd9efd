import type { Finding } from '../../../domain/finding.js';
import { ApiProblem } from '../state/api.js';
import { prose } from './prose.js';

/** What went wrong and what can be done about it; nothing when nothing did. */
export function ProblemBox({ problem, again }: { readonly problem: unknown; readonly again?: () => void }) {
  if (problem === undefined) return null;
  const { title, detail, remedy, findings } =
    problem instanceof ApiProblem
      ? problem.body
      : { title: 'The page failed', detail: String(problem), remedy: 'Load the page anew' };
  if (findings !== undefined && findings.length > 0) return <Findings findings={findings} />;
  return (
    <div class="notice bad row" role="alert">
      <div class="grow">
        <b>{title}</b>
        <p>{prose(detail)}</p>
        <p class="soft">{prose(remedy)}</p>
      </div>
      {again !== undefined && (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

/** What the checks found in a file: some of it stops it, the rest asks for a reason. */
function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  const stopped = findings.some(({ severity }) => severity !== 'flag');
  return (
    <div class={`notice ${stopped ? 'bad' : 'warn'}`} role="alert">
      <b>{stopped ? 'The checks refuse these labels' : 'The checks ask about these labels'}</b>
      {findings.map((each) => (
        <p key={`${each.code} ${each.message}`} title={each.code}>
          {prose(each.message)} <span class="soft">{prose(each.suggestion)}</span>
        </p>
      ))}
    </div>
  );
}
