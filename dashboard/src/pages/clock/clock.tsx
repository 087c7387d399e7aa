import { EmptyState } from "../../ui/empty-state.tsx";
import { PageHeader } from "../../ui/page-header.tsx";

export function Clock() {
  return (
    <>
      <PageHeader title="Clock" />
      <EmptyState title="Nothing here yet" />
    </>
  );
}
