/** How each phase of a task looks; what is not here is grey. */
const looks: Readonly<Record<string, string>> = {
  leased: 'accent',
  'in-review': 'accent',
  'in-verification': 'accent',
  returned: 'warn',
  escalated: 'bad',
  certified: 'good',
  verified: 'good',
};

export function PhaseBadge({ phase }: { readonly phase: string }) {
  return <span class={`badge ${looks[phase] ?? ''}`}>{phase.replace('-', ' ')}</span>;
}
