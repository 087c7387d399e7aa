import type { PageOptions, PageSource } from "./pages.ts";

/** Pages of what a provider has delivered, or of what was sent. */
export interface DeliveryPageOptions extends PageOptions {
  outcome?: string;
}

/** The list at a path, by outcome if that is asked for, and what to say where it is empty. */
export const deliveriesAt = (
  path: string,
  { outcome }: DeliveryPageOptions,
  none: string,
): PageSource & { none: string } => ({
  ...{ path, field: "deliveries", query: { outcome } },
  none: outcome === undefined ? none : "No delivery came to that.",
});
