import { EmptyState } from "../../ui/empty-state.tsx";
import { PageHeader } from "../../ui/page-header.tsx";

export function Keys() {
  return (
    <>
      <PageHeader title="Keys" />
      <EmptyState title="Nothing here yet" />
    </>
  );
}
