import { EmptyState } from "../../ui/empty-state.tsx";
import { PageHeader } from "../../ui/page-header.tsx";

export function Errors() {
  return (
    <>
      <PageHeader title="Errors" />
      <EmptyState title="Nothing here yet" />
    </>
  );
}
