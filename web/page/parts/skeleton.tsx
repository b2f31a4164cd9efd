/** Grey lines where content will be, so that the page does not jump; screen readers hear that it loads. */
export function Skeleton({ lines = 4 }: { readonly lines?: number }) {
  const widths = ['92%', '78%', '85%', '64%', '88%', '71%'];
  return (
    <div class="stack panel" role="status" aria-label="Loading">
      <div class="body stack">
        {Array.from({ length: lines }, (_, line) => (
          <span class="bone" key={line} style={{ width: widths[line % widths.length] }} />
        ))}
      </div>
    </div>
  );
}
