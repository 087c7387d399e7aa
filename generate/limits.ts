import { mostPerSecond } from "../keys/commands.ts";
import { longestWindowMs } from "../lambdas/api/routes/get-stats.ts";
import { uploadUrlSeconds } from "../lambdas/api/routes/post-upload.ts";
import { rememberedSeconds } from "../lambdas/aws/dynamodb/api-keys.ts";
import { largestInEvent } from "../lambdas/aws/http/json-body.ts";
import { largestPayload } from "../lambdas/consumers/clients/aws/lambda-clients.ts";
import { maxRedirects } from "../lambdas/consumers/clients/http/exchange.ts";
import { maxResponseBytes } from "../lambdas/consumers/clients/http/read-body.ts";
import { connectTimeoutMs } from "../lambdas/consumers/types/database_action/engines/call.ts";
import {
  defaultMaxRows,
  maxResultBytes,
  maxResultValues,
} from "../lambdas/consumers/types/database_action/engines/rows.ts";
import { mostDynamoRows, mostRows } from "../lambdas/consumers/types/database_action/row-list.ts";
import { largestMaxRows } from "../lambdas/consumers/types/database_action/target-sql.ts";
import { mostInputBytes } from "../lambdas/consumers/types/feature/for-each.ts";
import { mostResultBytes } from "../lambdas/consumers/types/feature/list-results.ts";
import { mostGatheredBytes, mostReferredBytes } from "../lambdas/consumers/types/feature/results.ts";
import { itemLimits, mostSteps } from "../lambdas/consumers/types/feature/target.ts";
import { longestSms } from "../lambdas/consumers/types/notification/channels/sms-limits.ts";
import { mostRecipients } from "../lambdas/consumers/types/notification/recipients.ts";
import * as publishing from "../lambdas/consumers/types/publish/limits.ts";
import { largestMetadata } from "../lambdas/consumers/types/storage/metadata.ts";
import { longestKey } from "../lambdas/consumers/types/storage/object-key.ts";
import { longestKeyName } from "../lambdas/core/access/key-name.ts";
import { calendarLimits } from "../lambdas/core/catalog/calendar-schema.ts";
import { keptFailures } from "../lambdas/core/catalog/endpoint-state.ts";
import { limitBounds } from "../lambdas/core/catalog/limit.ts";
import { mostSchedules } from "../lambdas/core/catalog/schedules.ts";
import { keptAnswerBytes, mostSentAttempts } from "../lambdas/core/catalog/sent-delivery.ts";
import { longestFormat } from "../lambdas/core/expressions/apply.ts";
import { mostMade } from "../lambdas/core/expressions/budget.ts";
import { longestKey as longestKeyShown } from "../lambdas/core/expressions/keys.ts";
import { deepestNesting as deepestOperators, longestExpression } from "../lambdas/core/expressions/parse.ts";
import { expressionLimits } from "../lambdas/core/expressions/request-input.ts";
import { mostInText } from "../lambdas/core/expressions/template.ts";
import { groupsPerDay } from "../lambdas/core/job/failure-group.ts";
import { keptBodyBytes, mostDeliveryDays } from "../lambdas/core/job/hook-delivery.ts";
import { mostFaults as mostFaultsOfRejection } from "../lambdas/core/job/job-rejected.ts";
import { longestNormalised } from "../lambdas/core/job/normalised-message.ts";
import { operationLimits } from "../lambdas/core/job/operation.ts";
import { drainRates } from "../lambdas/core/job/pause.ts";
import { cacheTtl } from "../lambdas/core/job/result-cache.ts";
import { addressLimits } from "../lambdas/core/job/signal.ts";
import { keptTokens, longestTaskToken } from "../lambdas/core/job/task-token.ts";
import { keptAttempts, maxCrashes, snoozeLimits } from "../lambdas/core/job/transitions.ts";
import { mostValues } from "../lambdas/core/kernel/bounds.ts";
import { fileLimits } from "../lambdas/core/kernel/file-name.ts";
import { deepestNesting, largestParsed } from "../lambdas/core/kernel/json-values.ts";
import { longestDelayMs, longestRetryDelayMs, requestLimits } from "../lambdas/core/kernel/request-limits.ts";
import { largestRequest, longestMessage, mostFaults } from "../lambdas/core/kernel/sizes.ts";
import { farthestAheadMs } from "../lambdas/core/kernel/start-time.ts";
import { longestTag } from "../lambdas/core/kernel/tag.ts";
import { largestUpload } from "../lambdas/core/kernel/uploads.ts";
import { defaultLimits, longestWaitSeconds } from "../lambdas/core/operations/api-limits.ts";
import { mostPauses } from "../lambdas/core/operations/change-pauses.ts";
import { examinedAtMost } from "../lambdas/core/operations/list-jobs.ts";
import { longestLineMs, mostCounted } from "../lambdas/core/operations/tick.ts";
import { heartbeatSeconds } from "../lambdas/core/outbound/task.ts";
import {
  longestRetryAfterMs,
  webhookAttempts,
  webhookDelaysMs,
  webhookJitter,
  webhookTimeoutMs,
} from "../lambdas/core/outbound/webhook-retry.ts";
import { costReads } from "../lambdas/core/queries/costs.ts";
import { mostRuns } from "../lambdas/core/queries/explain.ts";
import { forecastBudget } from "../lambdas/core/queries/forecast-plan.ts";
import { jobCostReads } from "../lambdas/core/queries/job-cost.ts";
import { placesShown } from "../lambdas/core/queries/line-estimate.ts";
import { mostErrorDays } from "../lambdas/core/queries/list-errors.ts";
import { seriesOfPage } from "../lambdas/core/queries/list-series.ts";
import { forecastReads, hoursAhead } from "../lambdas/core/queries/read-forecast.ts";
import { resultUrlSeconds } from "../lambdas/core/queries/result-view.ts";
import { shownRuns } from "../lambdas/core/queries/series-view.ts";
import { countedAtMost } from "../lambdas/core/queries/upcoming.ts";
import { repeatLimits } from "../lambdas/core/requests/repeat-request.ts";
import { mostLines } from "../lambdas/intake/import/run-import.ts";
import { longestLine } from "../lambdas/intake/import/schedule-lines.ts";
import { largestOutput } from "../lambdas/tasks/answer.ts";
import { fourMinutes } from "../local/clock/clock.ts";
import { mostHops, usualHops } from "../local/clock/request.ts";
import { keptBytes, keptEvents, keptItems } from "../local/outbox/caught.ts";
import {
  firstDelayMs,
  longestDelayMs as longestSdkDelayMs,
  longestRetryAfterMs as longestSdkRetryAfterMs,
} from "../sdk/src/retry.ts";
import { longestPauseMs } from "../sdk/src/wait.ts";
import type { Table } from "./tables.ts";

const n = (value: number) => value.toLocaleString("en-US");
const MB = (bytes: number) => `${n(bytes / 1e6)} MB`;
const KiB = (bytes: number) => `${n(bytes / 1024)} KiB`;
const MiB = (bytes: number) => `${n(bytes / 1024 ** 2)} MiB`;
const GiB = (bytes: number) => `${n(bytes / 1024 ** 3)} GiB`;
const characters = (count: number) => `${n(count)} characters`;
const seconds = (ms: number) => `${n(ms / 1000)} s`;
const hours = (ms: number) => `${(ms / 3_600_000).toLocaleString("en-US", { maximumFractionDigits: 1 })} h`;
const days = (ms: number) => `${n(ms / 86_400_000)} day${ms === 86_400_000 ? "" : "s"}`;
const years = (ms: number) => `${n(ms / (365.25 * 86_400_000))} years`;

const webhookTime = webhookDelaysMs.reduce((sum, delay) => sum + delay);

/** The limits of docs/limits.md by the heading that they stand below, as the page says them and as the code has them. */
const limits: Record<string, Record<string, string>> = {
  "## Requests": {
    "the body of a request (413)": MB(largestRequest),
    "the same, with each quote and backslash counted twice (413)": MB(largestInEvent),
    "values of a request: objects, lists, strings and fields; numbers in lists do not count": n(mostValues),
    "levels of JSON": n(deepestNesting),
    "a tag in the catalog: a product, an env, a target and so on": characters(longestTag),
    "the tag of an event, which may be two with a colon": characters(2 * longestTag + 1),
    "`start_at` and `expires_at`, ahead of now": years(farthestAheadMs),
    "`retries`": `0 to ${requestLimits.retries}`,
    "fields of a request, and of each of its parts but `input`": n(requestLimits.fields),
    "fields of a call's `query`, `params` and `headers` each, and of a flat input": n(requestLimits.callFields),
    "`timeout_ms`, the shortest; the longest depends on the type (below)": `${requestLimits.leastTimeoutMs} ms`,
    "`labels`": n(requestLimits.labels),
    "each of the `labels`": characters(requestLimits.label),
    "`idempotency_key`": characters(requestLimits.idempotencyKey),
    "`task_token`": characters(longestTaskToken),
    "task tokens that one job keeps (the latest)": n(keptTokens),
    "`debounce.key` and `unique.key`": characters(requestLimits.sharedKey),
    "a key in the catalog, as an expression": characters(requestLimits.keyExpression),
    "`debounce.delay` and `debounce.max_wait`": `${requestLimits.leastDebounceMs / 1000} s to ${longestDelayMs / 86_400_000} days`,
    "`repeat.cron`": characters(repeatLimits.cron),
    "`repeat.every`": `${seconds(repeatLimits.leastEveryMs)} to ${years(farthestAheadMs)}`,
    "`repeat.tz`": characters(repeatLimits.tz),
    "`repeat.max_lateness_ms`": days(repeatLimits.maxLatenessMs),
    "`repeat.spread_ms`": days(repeatLimits.spreadMs),
    "entries of `repeat.except`": n(repeatLimits.except),
    "the token of `session`": characters(requestLimits.sessionToken),
    "`fairness_key`": characters(requestLimits.fairnessKey),
    "calendars of a product": n(calendarLimits.calendars),
    "days of a calendar": n(calendarLimits.days),
    "schedules of a product": n(mostSchedules),
    "jobs of a batch": n(requestLimits.batch),
    "jobs of a bulk change": n(requestLimits.page),
    "jobs of an operation": n(operationLimits.jobs),
    "`job_ids` of an operation": n(operationLimits.ids),
    "`rate_per_second` of an operation": n(operationLimits.ratePerSecond.most),
    "operations of a product that are not over": n(operationLimits.open),
    "entries of a page, by default": n(requestLimits.defaultPage),
    "entries of a page": n(requestLimits.page),
    "`reason` of `cancel`": characters(requestLimits.reason),
    "`reason` of a pause": characters(requestLimits.reason),
    pauses: n(mostPauses),
    "`drain_per_second` of a pause": n(drainRates.most),
    "`delay_ms` of `retry`": days(longestDelayMs),
    "period that `GET /v1/stats` covers": days(longestWindowMs),
    "minutes that `GET /v1/stats/upcoming` covers": n(requestLimits.minutesAhead),
    "jobs that `GET /v1/stats/upcoming` counts": n(countedAtMost),
    "hours that `GET /v1/forecast` covers": n(hoursAhead.most),
    "jobs that `GET /v1/forecast` reads": n(forecastReads.ahead + forecastReads.overdue),
    "starts that `GET /v1/forecast` counts": n(forecastBudget.starts),
    "ended jobs that `GET /v1/costs` looks at": n(costReads.ended),
    "jobs of steps that `GET /v1/jobs/{id}/cost` looks at": n(jobCostReads.steps),
    "series of a page": n(seriesOfPage),
    "days that `GET /v1/errors` covers": n(mostErrorDays),
    "seconds that a request may wait for a job": n(longestWaitSeconds),
    "jobs that one request for a list looks at": n(examinedAtMost),
    "products and envs of a list of jobs or series that names no product": n(requestLimits.listedTenants),
    "errors that an answer lists; it counts the rest": n(mostFaults),
    "size of an upload, where the deployment allows it": GiB(largestUpload),
    "size of an upload, unless the deployment says otherwise": GiB(defaultLimits.uploadBytes),
    "time that an upload URL is valid": hours(uploadUrlSeconds * 1000),
    "the name of an API key": characters(longestKeyName),
    "time that an expired or revoked API key is still listed": days(rememberedSeconds * 1000),
    "the rate of an API key, in requests per second": n(mostPerSecond),
  },
  "## Limits per key": {
    "limits of an event": n(limitBounds.perEvent),
    "`concurrency`": `1 to ${n(limitBounds.concurrency)}`,
    "starts in a `rate`": n(limitBounds.starts),
    "`period` of a `rate`": `${seconds(limitBounds.leastPeriodMs)} to ${days(limitBounds.longestPeriodMs)}`,
    "`burst` of a `rate`": n(limitBounds.burst),
    "`priority`, in seconds, either way": n(limitBounds.priority),
    "a key that is shown in full; a longer one becomes a hash": characters(longestKeyShown),
    "the longest line of a rate, beyond which newcomers fail": hours(longestLineMs),
    "jobs of a line that are counted for that": n(mostCounted),
    "jobs of a line that have a place and a start in answers": n(placesShown),
    "how long a pin may last": `${limitBounds.pinDays} days`,
    "`reason` of a pin": characters(limitBounds.reason),
    "times that a provider may put off an attempt": n(snoozeLimits.times),
    "time that a provider may put off an attempt": hours(snoozeLimits.ms),
  },
  "## Remembered results": {
    "`cache`, a tag": characters(requestLimits.cacheTag),
    "`cache_ttl` of an event": `${cacheTtl.least / 1000} s to ${cacheTtl.most / 86_400_000} days`,
  },
  "## Retries": {
    "the longest `Retry-After` of a provider that is honoured": days(longestRetryDelayMs),
    "crashes of one attempt after which its job fails with `CRASHED`": n(maxCrashes),
  },
  "## What a job shows": {
    "attempts of the current run that are kept and shown (the latest)": n(keptAttempts),
    "the message of an error": `${n(longestMessage)} bytes`,
    "time that a `result_url` is valid": hours(resultUrlSeconds * 1000),
    "groups of failures per product, env and day": n(groupsPerDay),
    "the message of a group of failures": characters(longestNormalised),
    "pointers in the `redact` of an event": n(requestLimits.redact),
    "each of them, in characters": n(requestLimits.redactPointer),
    "fields in the `search` of an event": n(requestLimits.searchFields),
    "names of such fields in a product": n(requestLimits.searchNames),
    "a name of a field": characters(requestLimits.searchName),
    "a value by which a job is found": characters(requestLimits.searchValue),
    "places that one search looks in": n(requestLimits.searchPlaces),
    "runs that `POST /v1/explain` shows": n(mostRuns),
    "last runs that `GET /v1/series` shows": n(shownRuns.last),
    "next runs that `GET /v1/series` shows": n(shownRuns.next),
  },
  "## By type": {
    "redirects of one call, all to the same origin": n(maxRedirects),
    "an answer over HTTP (action, function)": MiB(maxResponseBytes),
    "JSON of an answer that becomes a value; what is larger stays a string": MiB(largestParsed.bytes),
    "values of JSON that becomes a value": n(largestParsed.values),
    "levels of JSON that becomes a value": n(deepestNesting),
    "the payload of a Lambda function": MiB(largestPayload),
    "recipients of a channel": n(mostRecipients),
    "the text of an SMS": characters(longestSms),
    "entries of a list `data` of a database action": n(mostRows),
    "the same in DynamoDB": n(mostDynamoRows),
    "rows of a database's result, by default": n(defaultMaxRows),
    "`max_rows`": n(largestMaxRows),
    "a database's result, quotes and backslashes counted twice": MiB(maxResultBytes),
    "values of a database's result": n(maxResultValues),
    "levels within a row of a database's result": n(deepestNesting),
    "time to connect to a database": seconds(connectTimeoutMs),
    "`fileName`": characters(fileLimits.name),
    "`prefix` of a storage": characters(fileLimits.prefix),
    "`prefix` and `fileName` together": `${n(longestKey)} bytes`,
    "`mimeType`": characters(fileLimits.mimeType),
    "`metadata` of a file, its names and values together": `${n(largestMetadata)} bytes`,
    "`headers` of a message for a broker": n(publishing.mostHeaders),
    "such `headers` for SQS and SNS": n(publishing.mostAttributes - 1),
    "`key` of such a message": characters(publishing.longestKey),
    "such a `key` for SQS and SNS": characters(publishing.longestGroup),
    "a message for SQS or EventBridge, with its headers": `${n(publishing.largest.sqs)} bytes`,
    "the same for SNS, unless the topic's `max_bytes` says otherwise": `${n(publishing.largest.sns)} bytes`,
    "the same for Kafka, unless the broker's `max_bytes` says otherwise": `${n(publishing.largest.kafka)} bytes`,
    "steps of a sequence": n(mostSteps),
    "entries of `depends_on`": n(mostSteps),
    "`delay` of a step": days(longestDelayMs),
    "messages that an address of signals keeps in 90 days": n(addressLimits.messages),
    "their payloads together": MB(addressLimits.bytes),
    "items of a step with `for_each`": n(itemLimits.items),
    "`concurrency` of such a step": n(itemLimits.concurrency),
    "inputs of such items together": MB(mostInputBytes.list),
    "inputs of a hundred of them": `${n(mostInputBytes.page)} bytes`,
    "results of such a step": MB(mostResultBytes.list),
    "results of a hundred of its items": MiB(mostResultBytes.page),
    "results that the expressions of a step, or of the output, refer to": MB(mostReferredBytes),
    "results that a feature without `output` returns": MiB(mostGatheredBytes),
    "characters that the expressions of a step or an input may produce": n(mostMade.characters),
    "characters and items that the operators of a step or an input read": n(mostMade.read),
    "parts that `$Split` may produce": n(mostMade.parts),
    "operators within operators": n(deepestOperators),
    "characters of one expression": n(longestExpression),
    "texts with `$` and a capital letter in an input with expressions": n(expressionLimits.texts),
    "values of such an input": n(expressionLimits.values),
    "expressions in one text": n(mostInText),
    "the format of `$Dateformat`": characters(longestFormat),
  },
  "## Other AWS services, events and webhooks": {
    "a line of an import": MiB(longestLine),
    "lines of an import that one invocation works on": n(mostLines),
    "errors in a `job.rejected` event": n(mostFaultsOfRejection),
    "the output of a Step Functions task; a larger one becomes a URL": KiB(largestOutput),
    "time between the heartbeats of a task": seconds(heartbeatSeconds * 1000),
    "attempts of a webhook": n(webhookAttempts),
    "time from the first to the last of them, without jitter": hours(webhookTime),
    "time from the first to the last of them, with all the jitter": hours(webhookTime * (1 + webhookJitter)),
    "time that an endpoint has to answer": seconds(webhookTimeoutMs),
    "last failures of an endpoint that are kept": n(keptFailures),
    "the longest `Retry-After` of an endpoint that is honoured": days(longestRetryAfterMs),
    "time that deliveries of hooks and webhooks are kept, at most": days(mostDeliveryDays * 86_400_000),
    "what a provider delivers to a hook": MiB(requestLimits.hookBytes),
    "a body of a hook that is kept": KiB(keptBodyBytes),
    "the last answer of an endpoint that is kept": KiB(keptAnswerBytes),
    "attempts of a delivery that is sent again": n(mostSentAttempts),
  },
  "## On this machine": {
    "items that the outbox keeps": n(keptItems),
    "events among them, and webhooks among them": n(keptEvents),
    "size of what the outbox keeps": MiB(keptBytes),
    "moves of the clock in one call, by default": n(usualHops),
    "moves of the clock in one call": n(mostHops),
    "real time that one call of the clock takes": seconds(fourMinutes),
  },
  "## The SDK": {
    "the longest random wait before the first retry of a request": `${firstDelayMs} ms`,
    "the longest random wait before each later one": seconds(longestSdkDelayMs),
    "the longest `Retry-After` that the client waits for": seconds(longestSdkRetryAfterMs),
    "time between two requests about a job that is not due yet": seconds(longestPauseMs),
  },
};

export const limitTables: Table[] = Object.entries(limits).map(([below, rows]) => ({
  page: "docs/limits.md",
  below,
  columns: ["limit", "value"],
  rows: Object.entries(rows),
}));
