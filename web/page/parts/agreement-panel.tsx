import type { AgreementBody, AgreementLine } from '../../api/schemas/figures.js';

/** How well people agree on each organ, beside the published bands. */
export function AgreementPanel({ data }: { readonly data: AgreementBody }) {
  const recall = data.recall?.recall;
  return (
    <div class="panel scroll">
      <header>
        <h2>Agreement of double reads</h2>
        {recall && (
          <span class="soft">
            the review list finds {percent(recall.value)} of what is wrong ({percent(recall.low)}–
            {percent(recall.high)})
          </span>
        )}
      </header>
      {data.rows.length === 0 ? (
        <p class="empty">No case has been read twice yet.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th>Organ</th>
              <th>Collection</th>
              <th class="figure">Pairs</th>
              <th class="figure">DSC (95 % interval)</th>
              <th class="figure">NSD</th>
              <th class="figure">Published</th>
              <th>So it is</th>
            </tr>
          </thead>
          <tbody>
            {data.rows.map((line) => (
              <Line key={`${line.organ} ${line.collection ?? ''}`} line={line} />
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

const looks: Readonly<Record<string, string>> = { within: 'good', above: 'good', below: 'bad' };

function Line({ line }: { readonly line: AgreementLine }) {
  const { dsc, nsd, band } = line;
  const [low, high] = band?.dsc ?? [];
  return (
    <tr>
      <td>{line.organ}</td>
      <td class="soft">{line.collection ?? 'all'}</td>
      <td class="figure">{line.pairs}</td>
      <td class="figure">
        {dsc.mean === null ? '–' : dsc.mean.toFixed(3)}
        {dsc.meanCi95 && (
          <span class="soft">
            {' '}
            ({dsc.meanCi95[0].toFixed(3)}–{dsc.meanCi95[1].toFixed(3)})
          </span>
        )}
      </td>
      <td class="figure">{nsd.mean === null ? '–' : nsd.mean.toFixed(3)}</td>
      <td class="figure" title={band?.what}>
        {low === undefined ? '–' : low === high ? low : `${low}–${high}`}
      </td>
      <td>
        <span class={`badge ${looks[line.verdict] ?? ''}`}>{line.verdict}</span>
      </td>
    </tr>
  );
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
