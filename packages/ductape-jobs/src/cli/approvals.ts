import type { Approval, ApprovalDecision, ApprovalPage } from "ductape-sdk";
import { path } from "./api.ts";
import type { ApiOptions, Context } from "./context.ts";
import { clean } from "./terminal/clean.ts";
import { type Column, fields, table } from "./terminal/table.ts";
import { localTime, relative } from "./terminal/time.ts";

interface ListOptions extends ApiOptions {
  product?: string;
  env?: string;
}

const columnsOf = ({ zone, api }: Context): Column<Approval>[] => [
  { title: "APPROVAL", cell: ({ id }) => id },
  { title: "TITLE", cell: ({ title }) => title, flexible: true },
  { title: "CHOICES", cell: ({ choices }) => choices.join(", ") },
  { title: "PRODUCT", cell: ({ product_tag, env }) => `${product_tag}/${env}`, drop: 2 },
  { title: "ASKED", cell: ({ asked }) => asked.join(", "), flexible: true, drop: 1 },
  { title: "UNTIL", cell: ({ until }) => `${localTime(until, zone)} (${relative(until, api.now())})` },
];

/** `approvals`: all of them, as people look for what is open. */
export async function listApprovals(context: Context, { product: product_tag, env }: ListOptions): Promise<void> {
  const approvals: Approval[] = [];
  let cursor: string | undefined;
  do {
    const query = { product_tag, env, limit: 100, cursor };
    const page: ApprovalPage = await context.api.request<ApprovalPage>("GET", "/v1/approvals", { query });
    approvals.push(...page.approvals);
    cursor = page.next_cursor;
  } while (cursor !== undefined);
  context.print({ approvals });
  if (approvals.length === 0) context.io.err.write("Nothing waits for a decision.\n");
  else context.say(table(columnsOf(context), approvals, context.columns));
}

/** `approve` */
export async function decide(
  context: Context,
  id: string,
  choice: string,
  { note }: ApiOptions & { note?: string },
): Promise<void> {
  const request = { body: { choice, note }, repeatable: true };
  const decision = await context.api.request<ApprovalDecision>("POST", path`/v1/approvals/${id}`, request);
  context.print(decision);
  context.say([
    `${decision.id}  ${clean(decision.choice)}`,
    ...fields([
      ["job", decision.job_id],
      ["by", clean(decision.by)],
      ["at", context.when(decision.at)],
      ["note", decision.note === undefined ? undefined : clean(decision.note)],
    ]),
  ]);
}
