import type { AgreementBody, AgreementLine } from '../../api/schemas/agreement-body.js';

/** How well people agree on each organ, beside the published bands. */
export function AgreementPanel({ data }: { readonly data: AgreementBody }) {
  return (
    <div class="panel scroll">
      <header>
        <h2>Agreement of double reads</h2>
        {data.recall && (
          <span class="soft">
            the review list finds {percent(data.recall.estimate)} of what is wrong ({percent(data.recall.low)}
            –{percent(data.recall.high)})
          </span>
        )}
      </header>
      {data.organs.length === 0 ? (
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
            {data.organs.map((line) => (
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
  const { dscMean, dscCi95, nsdMean, band } = line;
  return (
    <tr>
      <td>{line.organ}</td>
      <td class="soft">{line.collection ?? 'all'}</td>
      <td class="figure">{line.pairs}</td>
      <td class="figure">
        {dscMean === undefined ? '–' : dscMean.toFixed(3)}
        {dscCi95 && (
          <span class="soft">
            {' '}
            ({dscCi95[0].toFixed(3)}–{dscCi95[1].toFixed(3)})
          </span>
        )}
      </td>
      <td class="figure">{nsdMean === undefined ? '–' : nsdMean.toFixed(3)}</td>
      <td class="figure" title={band?.source}>
        {band === undefined ? '–' : band.low === band.high ? band.low : `${band.low}–${band.high}`}
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
