/** One colour for each organ of a plus dataset, others in turn; all are readable on white. */
const ofOrgans: Readonly<Record<string, string>> = {
  liver: '#b4532a',
  kidney: '#3b6fb6',
  spleen: '#7a4fa3',
  pancreas: '#2f8f6b',
};
const inTurn = ['#3b6fb6', '#d9822b', '#2f8f6b', '#b23a5b', '#7a4fa3', '#5b6b7b', '#a08a1f', '#2a9bb0'];

/** Colours of organs where one model is shown. */
export function organColours(organs: readonly string[]): string[] {
  const free = inTurn.filter((colour) => !organs.some((organ) => ofOrgans[organ] === colour));
  let next = 0;
  return organs.map((organ) => ofOrgans[organ] ?? free[next++ % free.length]!);
}

/** Colours of models where several are shown side by side. */
export function modelColours(models: readonly string[]): string[] {
  return models.map((_, at) => inTurn[at % inTurn.length]!);
}
