import type { Approval, ApprovalDecision, ApprovalPage } from "./answers.ts";
import type { Catalog, TenantOf } from "./catalog.ts";
import { type Defaults, inOurWords } from "./defaults.ts";
import { InvalidRequestError } from "./errors.ts";
import { expectFields } from "./expect-fields.ts";
import type { CallOptions } from "./jobs.ts";
import { type Pages, pagesOf } from "./pages.ts";
import type { DecisionFields } from "./requests.ts";
import type { Transport } from "./transport.ts";
import { written } from "./written.ts";

export type ApprovalPages = Pages<Approval, ApprovalPage>;

/** Selects open approvals. Without a product and a default, those of all that the key has access to. */
export type ApprovalQuery<C extends Catalog = Catalog> = Partial<TenantOf<C>> & {
  /**
   * How many approvals a page has, 1 to 100.
   * @default `20`; `100` when iterated over
   * @example `50`
   */
  limit?: number | undefined;
};

/** Steps of runs that wait for the decision of a person. */
export interface Approvals<C extends Catalog = Catalog> {
  /**
   * The open approvals, those of the runs that were made first at the beginning: all of them with `for await`, the first page with `await`,
   * or a page at a time with `page`.
   *
   * @example
   * for await (const { id, title, until } of ductape.approvals.list()) console.log(id, title, new Date(until));
   */
  list(query?: ApprovalQuery<C>, options?: CallOptions): ApprovalPages;
  /**
   * Decides an approval, whose run goes on with the choice. It is decided once: rejects with a ConflictError that says what was decided
   * if that was not this key's same choice. The key needs `jobs:write`. Safe to repeat.
   *
   * @example
   * await ductape.approvals.decide(id, { choice: "approve", note: "as agreed" });
   */
  decide(id: string, decision: DecisionFields, options?: CallOptions): Promise<ApprovalDecision>;
}

export const createApprovals = (transport: Transport, defaults: () => Defaults): Approvals => ({
  list: (query = {}, { signal } = {}) =>
    pagesOf<Approval, ApprovalPage>(transport, "approvals", () => ({
      path: "/v1/approvals",
      query: inOurWords(query, defaults()),
      signal,
    })),
  async decide(id, decision, { signal } = {}) {
    if (typeof id !== "string" || id === "")
      throw new InvalidRequestError("INVALID_REQUEST", "approvals.decide needs the id of an approval.", []);
    const path = `/v1/approvals/${encodeURIComponent(id)}`;
    const body = written(decision);
    const answer = await transport.call({ method: "POST", path, body, signal, repeatable: true });
    return expectFields<ApprovalDecision>(answer, "id", "choice");
  },
});
