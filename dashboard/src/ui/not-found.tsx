import { EmptyState } from "./empty-state.tsx";
import { Link } from "./link.tsx";
import { PageHeader } from "./page-header.tsx";

export const NotFound = () => (
  <>
    <PageHeader title="No such page" />
    <EmptyState title="There is no page at this address">
      <Link href="/">Go to the overview</Link>
    </EmptyState>
  </>
);
