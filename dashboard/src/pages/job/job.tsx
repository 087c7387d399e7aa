import { EmptyState } from "../../ui/empty-state.tsx";
import { PageHeader } from "../../ui/page-header.tsx";

export function JobPage() {
  return (
    <>
      <PageHeader title="JobPage" />
      <EmptyState title="Nothing here yet" />
    </>
  );
}
