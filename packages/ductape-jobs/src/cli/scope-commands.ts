import { type Command, InvalidArgumentError } from "commander";
import { decide, listApprovals } from "./approvals.ts";
import { readTime } from "./arguments/read-time.ts";
import { collectedWhere, wholeNumber } from "./arguments/read-value.ts";
import { listAudit } from "./audit.ts";
import { listCode } from "./code.ts";
import { type Act, calling, withApi, withPages } from "./context.ts";
import { showCosts } from "./costs.ts";
import { showForecast } from "./forecast.ts";
import { showHome } from "./home.ts";
import { listDeliveries, listHooks, replayDelivery, showDelivery } from "./hooks.ts";
import { getIncident, ignoreIncident, listIncidents, reopenIncident, resolveIncident } from "./incidents.ts";
import { listLimits, pinLimit, unpinLimit } from "./limits.ts";
import {
  changeRate,
  continueOperation,
  getOperation,
  listNotChanged,
  listOperations,
  pauseOperation,
  startOperation,
  stopOperation,
} from "./operations.ts";
import { createPause, endPause, listPauses } from "./pause.ts";
import { sendSignal } from "./signal.ts";
import { listSent, resend, showSent } from "./webhooks.ts";

const untilText = "when it ends by itself: +2h, an RFC 3339 time with an offset, or Unix time";

/** `pause ...`: of products, envs, events, and keys of limits. */
export function addPauses(program: Command, act: Act): void {
  const pause = program
    .command("pause")
    .description("pause a product, an env, an event or a key of a limit; list and end pauses");
  withApi(
    pause.command("create").description("pause a product, one of its envs, one of its events, or one key of a limit"),
  )
    .requiredOption("--product <tag>", "the product")
    .option("--env <env>", "only in this env (default: all)")
    .option("--event <event>", "only this event (default: all)")
    .option("--limit <limit>", "only what passes this limit of the catalog")
    .option("--key <key>", "only this key of the limit, as limits list shows it (default: all)")
    .requiredOption("--reason <text>", "why, for everybody who wonders what a job waits for")
    .option("--until <time>", `${untilText} (default: until it is ended)`, readTime)
    .option("--drain <count>", "how many of the held jobs start per second afterwards (default: 50)", wholeNumber(1))
    .action(act(calling(createPause)));
  withApi(pause.command("list").description("list what is paused"))
    .option("--product <tag>", "only of this product")
    .option("--env <env>", "only of this env")
    .action(act(calling(listPauses)));
  withApi(pause.command("end").description("end a pause, by its id or by what it holds").argument("[pause_id]"))
    .option("--product <tag>", "the product that is paused")
    .option("--env <env>", "the env, if only that is paused")
    .option("--event <event>", "the event, if only that is paused")
    .option("--limit <limit>", "the limit, if only that is paused")
    .option("--key <key>", "the key of the limit, if only that is paused")
    .action(act(calling(endPause)));
}

/** `signal ...` */
export function addSignal(program: Command, act: Act): void {
  withApi(
    program.command("signal").description("send a message to runs of features that wait for it").argument("<signal>"),
  )
    .option("--product <tag>", "the product")
    .option("--env <env>", "the env")
    .option("--key <key>", "for every run that waits with this key")
    .option("--job <job_id>", "for the run of this job")
    .option("--payload <json>", "the payload: JSON, @file, or - for standard input (default: none)")
    .option("--id <id>", "names the message: a run takes a message of an id once (default: a fresh id)")
    .action(act(calling(sendSignal)));
}

/** `approvals`, and `approve ...` */
export function addApprovals(program: Command, act: Act): void {
  withApi(program.command("approvals").description("list what waits for the decision of a person"))
    .option("--product <tag>", "only of this product")
    .option("--env <env>", "only of this env")
    .action(act(calling(listApprovals)));
  withApi(
    program
      .command("approve")
      .description("decide an approval, with one of its choices")
      .argument("<approval_id>", "as approvals lists it")
      .argument("[choice]", "what is chosen", "approve"),
  )
    .option("--note <text>", "why; kept with the decision")
    .action(act(calling(decide)));
}

/** `home`, `forecast`, `costs`, and `incidents ...` */
export function addIncidents(program: Command, act: Act): void {
  withApi(program.command("home").description("show what needs attention: late jobs, open incidents, pauses"))
    .option("--product <tag>", "only of this product")
    .option("--env <env>", "only of this env")
    .action(act(calling(showHome)));
  withApi(program.command("forecast").description("show what is due in the next hours, and the lines that it makes"))
    .option("--product <tag>", "only of this product")
    .option("--env <env>", "only of this env")
    .option("--hours <count>", "how many hours, with the current one, up to 168 (default: 24)", wholeNumber(1))
    .option("--limit <limit>", "only the lines of this limit")
    .action(act(calling(showForecast)));
  withApi(program.command("costs").description("show what the jobs of a product have cost, by list prices"))
    .requiredOption("--product <tag>", "the product")
    .option("--env <env>", "only of this env")
    .option("--month <month>", "a month of UTC, such as 2030-01 (default: the current one)")
    .option("--from <time>", "rather than a month: runs that ended at or after", readTime)
    .option("--to <time>", "and before (default: now)", readTime)
    .option("--by <what>", "event or label (default: event)")
    .action(act(calling(showCosts)));
  const incidents = program.command("incidents").description("show what goes wrong, resolve, ignore and reopen it");
  withApi(withPages(incidents.command("list").description("list what goes wrong, and what did, the latest first")))
    .option("--product <tag>", "only of this product")
    .option("--env <env>", "only of this env")
    .option("--state <state>", "open, ignored, known, resolved, closed; several with commas (default: all)")
    .action(act(calling(listIncidents)));
  const one = (verb: string, description: string) =>
    withApi(incidents.command(verb).description(description).argument("<incident_id>", "as incidents list shows it"))
      .requiredOption("--product <tag>", "the product")
      .requiredOption("--env <env>", "the env");
  one("get", "show an incident, and what the provider answered").action(act(calling(getIncident)));
  one("resolve", "say that it was taken care of: the next failure is told").action(act(calling(resolveIncident)));
  one("ignore", "let nobody be told of an open incident")
    .option("--until <time>", `${untilText} (default: until it is reopened)`, readTime)
    .option("--above <count>", "until more than so many fail within an hour", wholeNumber(1))
    .action(act(calling(ignoreIncident)));
  one("reopen", "let it be told again").action(act(calling(reopenIncident)));
}

/** `audit` */
export function addAudit(program: Command, act: Act): void {
  const audit = program.command("audit").description("list who has changed what, the latest first");
  audit
    .command("verify")
    .description("look whether the signed record of the audit is whole (jobs:auditLockDays)")
    .option("--stage <stage>", "of the deployment with this jobs:stage, found by its stack", "prod")
    .option("--bucket <name>", "in this bucket; no stack is looked for")
    .option("--folder <path>", "in a copy of the bucket on this machine")
    .option("--public-key <file>", "by this key, PEM or DER, rather than the one that the account has")
    .option("--json", "print the outcome as JSON")
    .action(
      act(async (io, _options, command: Command) => {
        // `audit` has --json too, and takes it.
        const { verifyRecord } = await import("./verify-audit.ts");
        await verifyRecord(io, command.optsWithGlobals());
      }),
    );
  withApi(withPages(audit))
    .option("--product <tag>", "only of this product")
    .option("--env <env>", "only of this env")
    .option("--action <action>", "what was done, such as job.cancel; several with commas (default: any)")
    .option("--actor <who>", "the id or the name of a key, or the address of a person (default: anybody)")
    .option("--target <id>", "what was changed: the id of a job, a pause, a key, ... (default: anything)")
    .option("--from <time>", "from this time on: -2d, an RFC 3339 time with an offset, or Unix time", readTime)
    .option("--to <time>", "before this time (default: now)", readTime)
    .action(act(calling(listAudit)));
}

/** `operations ...` */
export function addOperations(program: Command, act: Act): void {
  const operations = program.command("operations").description("change very many jobs, watch and stop that");
  withApi(
    operations
      .command("start")
      .description("begin an operation, which goes on by itself")
      .argument("<action>", "retry, cancel, pause, resume, delete, reschedule, run-now or count"),
  )
    .requiredOption("--product <tag>", "the product of the jobs")
    .option("--env <env>", "only jobs of this env (default: all that the key reaches)")
    .option("--status <status>", "only jobs in this status; several with commas")
    .option("--type <type>", "only jobs of this type; several with commas")
    .option("--event <event>", "only jobs of this event")
    .option("--label <label>", "only jobs with this label")
    .option("--cause <incident_id>", "only jobs that have failed for this cause, an incident of the kind cause")
    .option("--where <field=value>", "only jobs with this value of a field by which they are found", collectedWhere)
    .option("--from <time>", "only jobs that are due, or have ended, from then on", readTime)
    .option("--to <time>", "only jobs that are due, or have ended, before", readTime)
    .option("--job <job_id...>", "only these jobs")
    .option("--reason <text>", "why; needed, except for count")
    .option("--rate <count>", "how many jobs it changes per second (default: 10)", wholeNumber(1))
    .option(
      "--canary <count>",
      "how many jobs it retries or runs first, up to 10, to see what becomes of them",
      wholeNumber(1),
    )
    .option("--watch <duration>", "for how long these are looked at, such as 10m (default: 10m)")
    .option("--expect <count>", "how many jobs it must find; otherwise it changes none", wholeNumber(0))
    .option("--at <time>", "of reschedule: when the first job is due", readTime)
    .option("--dry-run", "find and count the jobs, and change none")
    .action(act(calling(startOperation)));
  withApi(withPages(operations.command("list").description("list operations of a product, the latest first")))
    .requiredOption("--product <tag>", "the product")
    .action(act(calling(listOperations)));
  const one = (verb: string, description: string) =>
    withApi(
      operations.command(verb).description(description).argument("<operation_id>", "as operations list shows it"),
    );
  one("get", "show what an operation has done").action(act(calling(getOperation)));
  withPages(one("not-changed", "list the jobs that it has not changed, with the reasons")).action(
    act(calling(listNotChanged)),
  );
  one("pause", "let it wait").action(act(calling(pauseOperation)));
  one("continue", "let it go on").action(act(calling(continueOperation)));
  one("stop", "end it; what it has changed stays changed").action(act(calling(stopOperation)));
  one("rate", "give it another rate")
    .argument("<count>", "how many jobs it changes per second", wholeNumber(1))
    .action(act(calling(changeRate)));
}

/** `hooks`, and what was delivered to them */
export function addHooks(program: Command, act: Act): void {
  const hooks = program.command("hooks").description("list where providers deliver, and what it becomes");
  withApi(hooks)
    .enablePositionalOptions()
    .option("--product <tag>", "only of this product")
    .option("--env <env>", "only of this env")
    .action(act(calling(listHooks)));
  const ofHook = (verb: string, description: string) =>
    withApi(hooks.command(verb).description(description).argument("<hook>", "its name in the catalog"))
      .requiredOption("--product <tag>", "the product that has it")
      .requiredOption("--env <env>", "the env");
  const one = (verb: string, description: string) =>
    ofHook(verb, description).argument("<delivery_id>", "as hooks deliveries shows it");
  withPages(ofHook("deliveries", "list what a provider has delivered, the latest first"))
    .option("--outcome <outcome>", "accepted, duplicate, ignored, refused, failed; several with commas (default: all)")
    .action(act(calling(listDeliveries)));
  one("delivery", "show a delivery, and what was sent").action(act(calling(showDelivery)));
  one("replay", "make the job or the signal of a delivery again, by the catalog of now")
    .option("--key <text>", "names this replay: another one makes another job (default: all are one)")
    .option("--dry-run", "only show what it would become")
    .action(act(calling(replayDelivery)));
}

/** `webhooks ...` */
export function addWebhooks(program: Command, act: Act): void {
  const webhooks = program
    .command("webhooks")
    .description("show what was sent to webhook endpoints, and send it again");
  const ofWebhook = (verb: string, description: string) =>
    withApi(webhooks.command(verb).description(description).argument("<webhook>", "its name in the catalog"))
      .requiredOption("--product <tag>", "the product that has it")
      .requiredOption("--env <env>", "the env");
  const one = (verb: string, description: string) =>
    ofWebhook(verb, description).argument("<delivery_id>", "as webhooks deliveries shows it");
  withPages(ofWebhook("deliveries", "list what was sent, the latest events first"))
    .option("--outcome <outcome>", "delivered, retrying, failed, dropped; several with commas (default: all)")
    .action(act(calling(listSent)));
  one("delivery", "show a delivery, and what was answered").action(act(calling(showSent)));
  one("resend", "send a delivery again")
    .option("--dry-run", "only show what would be sent")
    .action(act(calling(resend)));
}

/** `code list` */
export function addCode(program: Command, act: Act): void {
  const code = program.command("code").description("show the functions and features in code of the catalog");
  withApi(code.command("list").description("list them with where they run, and the code by which open runs go on"))
    .option("--product <tag>", "only of this product")
    .option("--no-runs", "do not look at open runs")
    .action(act(calling(listCode)));
}

/** `limits ...` */
export function addLimits(program: Command, act: Act): void {
  const limits = program
    .command("limits")
    .description("show limits of the catalog, and pin other numbers for some time");
  withApi(limits.command("list").description("list limits with what waits for them"))
    .option("--product <tag>", "only of this product")
    .option("--env <env>", "only of this env")
    .option("--name <limit>", "only the limit of this name, with its gates")
    .option("--key <key>", "show the gate of this key although no job waits there")
    .action(act(calling(listLimits)));
  withApi(withLimit(limits.command("pin").description("let other numbers hold instead of the catalog's")))
    .option("--concurrency <count>", "how many attempts of a key may run at a time", wholeNumber(1))
    .option("--rate <count/period>", "how many may start per period, such as 10/1m", readRate)
    .option("--burst <count>", "how many of them may start at once", wholeNumber(1))
    .requiredOption("--until <time>", untilText, readTime)
    .option("--reason <text>", "why, for whoever finds it later")
    .action(act(calling(pinLimit)));
  withApi(withLimit(limits.command("unpin").description("let the numbers of the catalog hold again"))).action(
    act(calling(unpinLimit)),
  );
}

const withLimit = (command: Command): Command =>
  command
    .argument("<limit>", "its name in the catalog")
    .requiredOption("--product <tag>", "the product that has it")
    .requiredOption("--env <env>", "the env");

function readRate(text: string): { limit: number; period: string } {
  const [, limit, period] = /^(\d+)\/(\d+(?:ms|s|m|h|d))$/.exec(text) ?? [];
  if (limit === undefined || period === undefined) throw new InvalidArgumentError("Use a count and a period: 10/1m.");
  return { limit: Number(limit), period };
}
