import { EmptyState } from "../../ui/empty-state.tsx";
import { PageHeader } from "../../ui/page-header.tsx";

export function Series() {
  return (
    <>
      <PageHeader title="Series" />
      <EmptyState title="Nothing here yet" />
    </>
  );
}
