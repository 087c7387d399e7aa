import { EmptyState } from "../../ui/empty-state.tsx";
import { Link } from "../../ui/link.tsx";
import { PageHeader } from "../../ui/page-header.tsx";

/** A delivery that there is not, or no longer. */
export const Gone = ({ id, to }: { id: string; to: string }) => (
  <>
    <PageHeader title="No such delivery" />
    <EmptyState title="There is no such delivery">
      <p>
        <code>{id}</code> is older than 30 days, or of another product and env.
      </p>
      <Link href={to}>Go to the deliveries</Link>
    </EmptyState>
  </>
);
