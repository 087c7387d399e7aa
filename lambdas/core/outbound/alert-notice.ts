import type { Receiver } from "../catalog/alert-schema.ts";
import type { Product } from "../catalog/job-type.ts";
import { resolve, scopeOf } from "../expressions/evaluate.ts";
import { catalogValuesOf } from "../expressions/values.ts";
import { type BudgetUse, countSinceOpened, type Incident, type MessageKind } from "../job/incident.ts";
import { defined } from "../kernel/defined.ts";

/** What is said of an incident: `$Alert{...}` of a receiver, and the body of a webhook. It has no input and no message of a provider. */
export interface AlertNotice {
  kind: MessageKind;
  title: string;
  text: string;
  product: string;
  env: string;
  incident: string;
  alert: string;
  target?: string;
  event?: string;
  code?: string;
  provider_code?: string;
  schedule?: string;
  /** Of a budget: the month, and what was used and may be. */
  month?: string;
  usd?: number;
  budget_usd?: number;
  /** How often since it was opened; of one that is over, how often altogether. */
  count: number;
  opening: number;
  /** Epoch milliseconds. */
  first_at: number;
  last_at: number;
  job_id?: string;
}

const beginnings: Record<MessageKind, string> = {
  opened: "New",
  came_back: "Came back",
  flaps: "Keeps coming back",
  grew: "Goes on",
  reminder: "Still open",
  escalated: "Nobody has taken care of it",
  closed: "Over",
};

/** What fails, in words. */
function failingSentence({
  kind,
  rate,
  budget,
  alert,
  target,
  code,
  provider_code,
  schedule,
  env,
  product,
}: Incident): string {
  const where = `in ${product}, ${env}`;
  if (rate)
    return `${rate.failed} of ${rate.ended} runs have failed ${where}: more than ${percentOf(rate.over)} (${alert})`;
  if (budget)
    return `jobs have used ${usdText(budget.usd)} of ${usdText(budget.budget_usd)} USD ${where}, in ${budget.month} (${alert})`;
  if (kind === "silence") return `the schedule ${schedule} does not complete ${where}`;
  return target === undefined
    ? `jobs fail for many other causes ${where}`
    : `${target} fails with ${code}${provider_code === undefined ? "" : ` (${provider_code})`} ${where}`;
}

export function noticeOf(incident: Incident, kind: MessageKind, alert: string): AlertNotice {
  const { product, env, id, opening = 1, opened_at, count: all, first_at, last_at, event, sample_job_id } = incident;
  const count = kind === "closed" ? all : countSinceOpened(incident);
  const title = `${beginnings[kind]}: ${failingSentence(incident)}`;
  const { one, many, last } = words[incident.kind];
  const since = kind === "closed" || opened_at === undefined ? first_at : Math.min(opened_at, last_at);
  const lines = [
    `${title}.`,
    ...(incident.budget
      ? budgetLines(incident.budget)
      : [`${count} ${count === 1 ? one : many} since ${noticeTime(since)}, ${last} ${noticeTime(last_at)}.`]),
    ...(kind === "flaps"
      ? ["It was opened four times within a day: further openings are told from 100 failures on."]
      : []),
    ...(event === undefined ? [] : [`Event: ${event}`]),
    ...(sample_job_id === undefined ? [] : [`Job: ${sample_job_id}`]),
    `Incident: ${id}`,
  ];
  return {
    ...{ kind, title, text: lines.join("\n"), product, env, incident: id, alert, count, opening, first_at, last_at },
    ...defined({
      target: incident.target,
      event,
      code: incident.code,
      provider_code: incident.provider_code,
      schedule: incident.schedule,
      month: incident.budget?.month,
      usd: incident.budget?.usd,
      budget_usd: incident.budget?.budget_usd,
      job_id: sample_job_id,
    }),
  };
}

const percentOf = (part: number): string => `${Math.round(part * 1000) / 10} %`;

/** Cents, and of less than a dollar two digits. */
const usdText = (usd: number): string => (usd >= 1 || usd === 0 ? usd.toFixed(2) : String(Number(usd.toPrecision(2))));

const budgetLines = ({ usd, budget_usd, until, dearest }: BudgetUse): string[] => [
  `That is ${percentOf(usd / budget_usd)} of the budget, by the runs that ended before ${noticeTime(until)}.`,
  ...(dearest.length > 0
    ? [`Most of it: ${dearest.map((one) => `${one.event} ${usdText(one.usd)} USD`).join(", ")}.`]
    : []),
  "An estimate by list prices, without free tiers.",
];

const words = {
  budget: {
    one: "step of the budget was passed",
    many: "steps of the budget were passed",
    last: "the last one at",
  },
  rate: {
    one: "slot of time in which too many failed",
    many: "slots of time in which too many failed",
    last: "the last one at",
  },
  cause: { one: "failed attempt", many: "failed attempts", last: "the last one at" },
  silence: {
    one: "planned run that has not completed",
    many: "planned runs that have not completed",
    last: "noticed at",
  },
};

const noticeTime = (at: number): string =>
  new Date(at)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");

/** The input of the job that tells a receiver. */
export function receiverInput(receiver: Receiver, notice: AlertNotice, product: Product): Record<string, unknown> {
  if ("slack" in receiver) return { body: { text: notice.text } };
  if ("webhook" in receiver)
    return {
      body: { type: `incident.${notice.kind}`, timestamp: new Date(notice.last_at).toISOString(), data: notice },
    };
  const scope = { ...scopeOf({}, notice.last_at, catalogValuesOf(product, notice.env)), alert: { ...notice } };
  return resolve(receiver.input, scope) as Record<string, unknown>;
}
