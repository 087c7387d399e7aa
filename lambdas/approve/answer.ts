import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { securityHeaders } from "../aws/http/security-headers.ts";
import { readApprovalToken, type TokenSubject } from "../core/job/approval-token.ts";
import { JobError } from "../core/job/job-error.ts";
import { TransientError, traceOf } from "../core/kernel/errors.ts";
import { requestLimits } from "../core/kernel/request-limits.ts";
import { decisionChange } from "../core/operations/audited-fields.ts";
import { type Deciding, decideApproval, type FoundApproval, findApproval } from "../core/operations/decide-approval.ts";
import { loggingOf } from "../core/operations/log-fields.ts";
import { type Recording, recordChange } from "../core/operations/record-change.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Log } from "../core/ports/log.ts";
import { approvePath } from "../topology.ts";
import { type Form, formOf } from "./form.ts";
import { decidedPage, openPage, saysPage } from "./page.ts";
import { policy } from "./style.ts";

type Event = APIGatewayProxyEventV2;
type Answer = APIGatewayProxyStructuredResultV2;

export interface ApproveServices extends Deciding, Recording {
  log: Log;
  clock: Clock;
  /** The keys that sign tokens. `fresh`: not those that were read lately. */
  keys: (options?: { fresh?: boolean }) => Promise<readonly string[]>;
}

const headers: Readonly<Record<string, string>> = {
  ...securityHeaders,
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": policy,
  "x-robots-tag": "noindex, nofollow, noarchive",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

const allowed = ["GET", "HEAD", "POST"];

/**
 * Answers a request for the page of an approval. GET shows it and changes nothing, since mail scanners follow every link; POST decides. Nobody
 * has a key here: the token in the path is all that is known of the caller, and no log line has it.
 */
export async function answer(services: ApproveServices, event: Event): Promise<Answer> {
  const { method } = event.requestContext.http;
  const fields = { request_id: event.requestContext.requestId, route: `${method} ${approvePath}` };
  const own = loggingOf(services, fields);
  const { statusCode, body, ...more } = await approvalPage(own, event, method).catch((error) => failedPage(own, error));
  return { statusCode, headers: { ...headers, ...more.headers }, ...(method !== "HEAD" && { body }) };
}

interface PageAnswer {
  statusCode: number;
  body: string;
  headers?: Record<string, string>;
}

const page = (statusCode: number, body: string): PageAnswer => ({ statusCode, body });

async function approvalPage(services: ApproveServices, event: Event, method: string): Promise<PageAnswer> {
  if (!allowed.includes(method)) return { ...page(405, wrongMethod), headers: { allow: allowed.join(", ") } };
  const subject = await tokenSubject(services, event.pathParameters?.token ?? "");
  if (!subject) return page(404, unknownLink);
  // What cannot be a form is refused before anything is read.
  const form = method === "POST" ? formOf(event) : undefined;
  if (form && "status" in form) return page(form.status, saysPage("Nothing was decided", form.why));
  const found = await findApproval(services, subject.id);
  const who = { ...subject, request_id: event.requestContext.requestId };
  return found.is === "open" ? openAnswer(services, found, who, form) : closedAnswer(found, form !== undefined);
}

/** What the token says. Keys that have just been rotated are read again, for a token that has the form of one. */
async function tokenSubject({ keys }: ApproveServices, token: string): Promise<TokenSubject | undefined> {
  return (
    readApprovalToken(token, await keys()) ??
    (hasForm(token) ? readApprovalToken(token, await keys({ fresh: true })) : undefined)
  );
}

const hasForm = (token: string): boolean => /^[A-Za-z0-9_-]{60}$/.test(token);

type Open = Extract<FoundApproval, { is: "open" }>;

async function openAnswer(
  services: ApproveServices,
  found: Open,
  { recipient, request_id }: TokenSubject & { request_id: string },
  form: Form | undefined,
): Promise<PageAnswer> {
  const { approval } = found;
  const by = approval.asked[recipient] ?? "";
  if (by === "") return page(404, unknownLink);
  const now = services.clock.now();
  const open = () => openPage(approval, by, { now, mostNote: requestLimits.approvalNote });
  if (!form) return page(200, open());
  // A form without a choice, or with one that is not offered, was not made by the page.
  if (!approval.choices.includes(form.choice)) return page(400, open());
  const { decision, isOurs } = await decideApproval(services, found, { ...form, by });
  if (isOurs)
    await recordChange(services, { actor: `r:${by}`, request_id }, decisionChange(found.job, approval.id, form));
  services.log.info(isOurs ? "an approval was decided" : "an approval had been decided meanwhile", {
    job_id: approval.job_id,
  });
  const isOwn = isOurs || (decision.by === by && decision.choice === form.choice);
  return page(isOwn ? 200 : 409, decidedPage({ decision, title: approval.title, tenant: approval, isOwn }));
}

function closedAnswer(found: Exclude<FoundApproval, { is: "open" }>, isPost: boolean): PageAnswer {
  if (found.is === "gone") return page(410, over);
  const { product, env } = found.job;
  const tenant = { product, env };
  if (found.is === "decided") {
    const { decision, title } = found;
    return page(isPost ? 409 : 200, decidedPage({ decision, title, tenant, isOwn: false }));
  }
  const { heading, text, mark } = whyOver[found.why];
  return page(410, saysPage(heading, text, { mark, tenant }));
}

const whyOver = {
  time: {
    heading: "The time is over",
    text: "Nobody decided in time, and what was to be decided goes on without.",
    mark: "warn",
  },
  run: { heading: "This is over", text: "What waited for a decision has ended meanwhile.", mark: "calm" },
  "gone on": {
    heading: "This is over",
    text: "What waited for a decision has gone on, or has asked again. Then the latest message has the address that counts.",
    mark: "calm",
  },
} as const;

function failedPage({ log }: ApproveServices, error: unknown): PageAnswer {
  // The secret of the keys is read as those of jobs are.
  if (error instanceof TransientError || (error instanceof JobError && error.code === "SERVICE_UNAVAILABLE"))
    return { ...page(503, laterPage), headers: { "retry-after": "5" } };
  log.error("the page of an approval failed", traceOf(error));
  return page(500, laterPage);
}

const unknownLink = saysPage(
  "This link does not work",
  "It may have been cut off on its way. Open it from the message itself, or copy all of it.",
);
const over = saysPage("This is over", "What was to be decided has ended, and its record was deleted.", {
  mark: "calm",
});
const wrongMethod = saysPage("Nothing was decided", "This page can be read, and its form can be sent.");
const laterPage = saysPage(
  "Please try again",
  "Something does not answer for now. Reload this page in a few seconds: it shows whether a decision was made.",
);
