import { EmptyState } from "../../ui/empty-state.tsx";
import { PageHeader } from "../../ui/page-header.tsx";

export function Catalog() {
  return (
    <>
      <PageHeader title="Catalog" />
      <EmptyState title="Nothing here yet" />
    </>
  );
}
