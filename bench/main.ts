/** `npm run bench [-- NAME …]`: one benchmark; the metrics where none is named. */
const benches: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  metrics: async (args) => (await import('./metrics.js')).benchMetrics(args),
  duplicates: async (args) => (await import('./duplicates.js')).benchDuplicates(args),
};

const [first = '', ...rest] = process.argv.slice(2);
const named = Object.hasOwn(benches, first);
if (!named && first !== '' && !first.startsWith('-')) {
  console.error(`Unknown benchmark "${first}": use ${Object.keys(benches).join(' or ')}.`);
  process.exitCode = 2;
} else {
  await benches[named ? first : 'metrics'](named ? rest : process.argv.slice(2));
}
