/** What the report of recipes has beyond `pageStyle`. */
export const benchmarkStyle = `
html { scroll-behavior: smooth; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
.warning p { margin: 6px 0 0; }
p.after { margin-top: 14px; font-size: 13.5px; }
section.family > h2 { margin-top: 64px; padding-top: 18px; border-top: 2px solid var(--ink); font-size: 23px; }
article { margin-top: 30px; padding: 22px 26px 26px; border: 1px solid var(--line); border-radius: 14px; background: #fff; scroll-margin-top: 16px; }
article h3 { margin: 0; font-size: 18px; letter-spacing: -0.01em; }
article h4 { margin: 26px 0 4px; font-size: 15px; }
article > .warning { margin: 14px 0; }
.why { white-space: pre-line; }
p.line { margin: 4px 0 14px; color: var(--soft); font-size: 14px; }
p.line code { margin-right: 6px; padding: 1px 8px; border-radius: 6px; background: var(--wash); border: 1px solid var(--line); }
ul.notes { margin: 14px 0 0; padding-left: 20px; color: var(--soft); font-size: 14px; }
table.results { font-size: 14px; }
table.results th, table.results td { padding: 4px 9px; }
table.results tbody td { border-bottom: 0; }
table.results tr.test td { padding-top: 16px; white-space: normal; }
table.results tr.test:not(:first-child) td { border-top: 1px solid var(--line); }
table.results tr.test b { font-size: 15px; }
table.results tr.test span { margin-left: 8px; color: var(--faint); font-size: 13px; }
table.results tr.ours td, table.results tr.entry td { font-size: 15px; font-weight: 600; }
table.results tr.entry td { color: var(--soft); }
table.results th[colspan] { border-left: 12px solid transparent; border-bottom: 1px solid var(--line); }
article .pictures { grid-template-columns: repeat(auto-fill, minmax(225px, 1fr)); gap: 16px; }
table.overview td { padding-top: 7px; padding-bottom: 7px; font-size: 14px; }
.state { display: inline-block; border-radius: 999px; padding: 0 10px; font-size: 12px; font-weight: 600; }
.state.done { background: #dcfce7; color: #166534; }
.state.refused { background: #fef3c7; color: #92400e; }
.state.failed { background: #fee2e2; color: #991b1b; }
td.model { text-align: left; white-space: normal; overflow-wrap: anywhere; }
article details { margin-top: 20px; }
section > details dl { margin-bottom: 6px; }
`;
