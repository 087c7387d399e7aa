import { Ajv2020 } from "ajv/dist/2020.js";
import * as z from "zod";
import { notificationInput } from "../../../../lambdas/consumers/types/notification/input.ts";
import { storageInput } from "../../../../lambdas/consumers/types/storage/definition.ts";
import { BulkRequest } from "../../../../lambdas/core/requests/bulk-request.ts";
import { RepeatRequest } from "../../../../lambdas/core/requests/repeat-request.ts";
import { RescheduleRequest, RetryRequest } from "../../../../lambdas/core/requests/reschedule-request.ts";

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const text = { en: "x" };
const push = { title: text, body: text };
const filter = { product_tag: "my-product" };

describe("the JSON Schema of fields that belong together agrees with the check:", () => {
  it.each<[string, z.ZodType, object, string | undefined]>([
    ["neither of two", RepeatRequest, {}, "needs either cron or every"],
    ["one of two", RepeatRequest, { every: 1000 }, undefined],
    ["both of two", RepeatRequest, { every: 1000, cron: "* * * * *" }, "needs either cron or every"],
    ["no file", storageInput, { fileName: "a" }, "needs either buffer or upload_id"],
    ["a file", storageInput, { fileName: "a", buffer: "" }, undefined],
    ["no change", RescheduleRequest, {}, "needs at least one of start_at, repeat"],
    ["two changes", RescheduleRequest, { start_at: 0, repeat: { every: 1000 } }, undefined],
    ["no time", RetryRequest, {}, undefined],
    ["two times", RetryRequest, { delay_ms: 1, start_at: 1 }, "takes either delay_ms or start_at"],
    ["no channel", notificationInput, { slug: "a" }, "needs at least one of push_notification, email, sms, callback"],
    ["two channels", notificationInput, { slug: "a", sms: { to: "1", body: text }, callback: {} }, undefined],
    [
      "a push to nobody",
      notificationInput,
      { slug: "a", push_notification: push },
      "needs at least one of device_token, device_tokens",
    ],
    ["a reason to cancel", BulkRequest, { filter, action: "cancel", reason: "x" }, undefined],
    ["a reason to pause", BulkRequest, { filter, action: "pause", reason: "x" }, "applies to cancel only"],
  ])("%s", (_, schema, value, fault) => {
    expect(schema.safeParse(value).error?.issues.map(({ message }) => message)).toEqual(fault && [fault]);
    const isValid = ajv.compile(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
    expect(isValid(value)).toBe(fault === undefined);
  });
});
