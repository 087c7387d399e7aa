import { EmptyState } from "../../ui/empty-state.tsx";
import { PageHeader } from "../../ui/page-header.tsx";

export function Jobs() {
  return (
    <>
      <PageHeader title="Jobs" />
      <EmptyState title="Nothing here yet" />
    </>
  );
}
