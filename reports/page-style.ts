/** The report's own style: no font, script or picture comes from anywhere else. */
export const pageStyle = `
:root { --ink: #111827; --soft: #4b5563; --faint: #6b7280; --line: #e5e7eb; --wash: #f8fafc; --accent: #0f766e; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; color: var(--ink); background: #fff;
  font: 15px/1.55 Inter, "Segoe UI", "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 0 32px 72px; }
header { border-top: 6px solid var(--accent); background: var(--wash); border-bottom: 1px solid var(--line); }
header > div { max-width: 1160px; margin: 0 auto; padding: 34px 32px 30px; }
h1 { margin: 0 0 6px; font-size: 30px; line-height: 1.2; letter-spacing: -0.015em; }
header p { margin: 0; color: var(--soft); }
.chips { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 18px; }
.chips span { border: 1px solid var(--line); background: #fff; border-radius: 999px; padding: 3px 12px; font-size: 13px; color: var(--soft); }
.chips b { color: var(--ink); font-weight: 600; }
h2 { margin: 46px 0 6px; font-size: 20px; letter-spacing: -0.01em; }
h3 { margin: 26px 0 8px; font-size: 15px; }
h3::first-letter, tr.over span::first-letter { text-transform: uppercase; }
section > p { margin: 0 0 16px; color: var(--soft); max-width: 80ch; }
.scroll { overflow-x: auto; }
.scroll + p { margin-top: 14px; font-size: 13.5px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 9px 14px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: top; }
th:first-child, td:first-child { text-align: left; padding-left: 4px; white-space: normal; }
thead th { color: var(--faint); font-weight: 600; font-size: 13px; border-bottom: 2px solid #d1d5db; vertical-align: bottom; }
thead tr.over th { border-bottom: 0; padding-bottom: 0; text-align: center; color: var(--ink); font-size: 15px; }
thead tr.over span { display: block; padding-bottom: 6px; border-bottom: 1px solid #d1d5db; }
table.across { width: auto; min-width: min(100%, 620px); }
td small { display: block; color: var(--faint); font-size: 12px; line-height: 1.3; }
tr.published td { color: var(--soft); font-style: italic; }
tr.difference td { color: var(--soft); }
tr.ours td { font-weight: 600; font-size: 16px; }
tr.ours td small { font-weight: 400; }
figure { margin: 18px 0 0; }
figure.plot { border: 1px solid var(--line); border-radius: 12px; padding: 14px 16px 8px; overflow-x: auto; }
figure.plot svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
figcaption { color: var(--soft); font-size: 13.5px; margin-top: 8px; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 20px; }
.pictures figure { margin: 0; border: 1px solid var(--line); border-radius: 12px; overflow: hidden; background: #fff; }
.pictures .frame { background: #0b1120; display: flex; justify-content: center; align-items: center; aspect-ratio: 1 / 1; }
.pictures svg { width: 100%; height: 100%; display: block; }
.pictures figcaption { padding: 10px 14px 12px; margin: 0; line-height: 1.45; }
.pictures figcaption b { color: var(--ink); font-size: 15px; overflow-wrap: anywhere; }
.tag { display: inline-block; border-radius: 6px; padding: 0 8px; font-size: 12px; font-weight: 600; margin-right: 8px; }
.tag.worst { background: #fee2e2; color: #991b1b; }
.tag.best { background: #dcfce7; color: #166534; }
.key { display: inline-block; width: 22px; height: 0; border-top: 3px solid; vertical-align: middle; margin: 0 6px 2px 0; }
.key + span { margin-right: 20px; }
dl { display: grid; grid-template-columns: minmax(150px, auto) 1fr; gap: 7px 24px; margin: 14px 0 0; font-size: 14px; }
dt { color: var(--faint); }
dd { margin: 0; overflow-wrap: anywhere; }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: 13px; }
.warning { border-left: 4px solid #d97706; background: #fffbeb; padding: 10px 16px; margin: 22px 0 0; border-radius: 0 8px 8px 0; }
.warning ul { margin: 4px 0 0; padding-left: 20px; }
details { margin-top: 14px; border: 1px solid var(--line); border-radius: 12px; padding: 12px 16px; }
summary { cursor: pointer; font-weight: 600; }
details .scroll { max-height: 560px; overflow: auto; margin-top: 10px; font-size: 13.5px; }
footer { margin-top: 56px; padding-top: 16px; border-top: 1px solid var(--line); color: var(--faint); font-size: 13px; }
@media (max-width: 640px) { main, header > div { padding-left: 16px; padding-right: 16px; } figure.plot svg { min-width: 620px; } dl { grid-template-columns: 1fr; gap: 2px; } dd { margin-bottom: 8px; } }
@media print { header { background: none; } figure, tr { break-inside: avoid; } details { display: none; } }
`;
