/** The grey shape of what is being read. It appears after a moment only, so that a fast answer does not flicker. */
export const Skeleton = ({ lines = 3 }: { lines?: number }) => (
  <div class="skeleton" role="status" aria-label="Loading">
    {Array.from({ length: lines }, (_, i) => (
      <span key={String(i)} class={`skeleton-line skeleton-${i % 3}`} />
    ))}
  </div>
);

export const PageSkeleton = () => (
  <div class="page-skeleton">
    <Skeleton lines={6} />
  </div>
);
