import { EmptyState } from "../../ui/empty-state.tsx";
import { PageHeader } from "../../ui/page-header.tsx";

export function Outbox() {
  return (
    <>
      <PageHeader title="Outbox" />
      <EmptyState title="Nothing here yet" />
    </>
  );
}
