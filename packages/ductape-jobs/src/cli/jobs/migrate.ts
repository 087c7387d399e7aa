import { path } from "../api.ts";
import type { ApiOptions, Context } from "../context.ts";
import { clean } from "../terminal/clean.ts";
import { type Column, table } from "../terminal/table.ts";

interface StepMove {
  step: string;
  action: string;
  status: string;
  changed?: string[];
}

interface Migration {
  job_id: string;
  from: string;
  to: string;
  steps: StepMove[];
  [field: string]: unknown;
}

const columns: Column<StepMove>[] = [
  { title: "STEP", cell: ({ step }) => step, flexible: true },
  { title: "BECOMES", cell: ({ action }) => action.replace("_", " ") },
  { title: "IS", cell: ({ status }) => status.replace("_", " ") },
  { title: "CHANGED", cell: ({ changed }) => changed?.join(", "), flexible: true, drop: 1 },
];

/** `jobs migrate` */
export async function migrateJob(
  context: Context,
  id: string,
  { dryRun = false }: ApiOptions & { dryRun?: boolean },
): Promise<void> {
  const query = dryRun ? { dry_run: true } : {};
  const migration = await context.api.request<Migration>("POST", path`/v1/jobs/${id}/migrate`, {
    query,
    body: { to: "current" },
    repeatable: true,
  });
  context.print(migration);
  const { from, to, steps } = migration;
  const would = dryRun ? "would go on" : "goes on";
  const what = from === to ? `${id} has the present definition, ${to}.` : `${id} ${would} by ${to}, after ${from}.`;
  context.say([clean(what), ...table(columns, steps, context.columns)]);
}
