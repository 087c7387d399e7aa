/**
 * The other spellings of a request, once for the whole OpenAPI document, which describes our own. They are those of Ductape's
 * documentation, and docs/coming-from-ductape.md has them in a table.
 */
export const ductapeSpellings = [
  "Wherever a request for a job is taken, the spellings of Ductape's documentation are too, with the meaning that they have there:",
  "",
  "- `product` for `product_tag`, `retryConfig` for `retry_config`, camelCase within it, `endDate` for `end_date`;",
  "- with `retryConfig` there are no retries unless `retries` or the event in the catalog says so, and `retryableErrors` are the only errors that are retried: `only_retryable_errors`;",
  "- `schedule: {start_at, cron, every, limit, endDate, tz}` for `start_at` and `repeat`; no start means now; with both `cron` and `every`, `cron` counts; a bare date as the end is the end of that day in the zone of the series;",
  "- `{}` for any optional part that is not used, and an empty `cache` or `session`;",
  "- an event by `target:action` or `notification:message`, or by the name of an action of the `app`;",
  "- in the input of an action: `body:x`, `params:x`, `query:x` and `headers:x`, or flat fields that the action assigns to its parts;",
  "- of a notification: `recipients` for `to`, `webhook` for `callback`, and an `sms` of the template's variables;",
  '- of a database action: `query` for `filter`; of a storage event: `blob` for `buffer`, and `mimeType: ""`.',
  "",
  "A fault points to the field as the caller wrote it, and an idempotency key finds the same request in any spelling.",
].join("\n");
