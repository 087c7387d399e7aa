import { NotFoundError } from "../../../../sdk/src/errors.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorBanner } from "../../ui/error-banner.tsx";
import { Plain } from "../../ui/plain.tsx";

interface Props {
  error: unknown;
  what: "hook" | "webhook";
  name: string;
}

/** Why there is no list. The address may name what only another product has. */
export const NotHere = ({ error, what, name }: Props) =>
  error instanceof NotFoundError ? (
    <EmptyState title={`No such ${what} here`}>
      <Plain text={name} /> is of another product, or was removed from the catalog more than 30 days ago.
    </EmptyState>
  ) : (
    <ErrorBanner error={error} />
  );
