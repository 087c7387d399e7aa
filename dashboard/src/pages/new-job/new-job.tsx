import { EmptyState } from "../../ui/empty-state.tsx";
import { PageHeader } from "../../ui/page-header.tsx";

export function NewJob() {
  return (
    <>
      <PageHeader title="NewJob" />
      <EmptyState title="Nothing here yet" />
    </>
  );
}
