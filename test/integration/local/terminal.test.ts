import { stripVTControlCharacters } from "node:util";
import { expect, test } from "@jest/globals";
import { attemptIn, attemptText } from "../../../local/terminal/attempt-line.ts";
import { banner } from "../../../local/terminal/banner.ts";

const ended = {
  level: "INFO",
  message: "attempt ended",
  timestamp: "2030-01-31T09:00:00.120Z",
  service: "consumer-notification",
  job_id: "job_1",
  product: "my-product",
  env: "prd",
  event: "send_notification",
  attempt: 1,
  status: "completed",
  lateness_ms: 12,
  duration_ms: 1460,
  completed: 1,
};
const text = (fields: object) => {
  const found = attemptIn(JSON.stringify(fields));
  return found && stripVTControlCharacters(attemptText(found));
};

test.each<[object, string]>([
  [ended, "09:00:00.120  my-product/prd send_notification  completed  12 ms late  took 1.5 s  job_1"],
  [
    { ...ended, completed: undefined, retried: 1, status: "retrying", code: "SERVICE_UNAVAILABLE", attempt: 2 },
    "09:00:00.120  my-product/prd send_notification  failed, will be retried: SERVICE_UNAVAILABLE  12 ms late  took 1.5 s  attempt 2  job_1",
  ],
  // The run of a series, which goes on: its status says nothing of the run.
  [
    { ...ended, completed: undefined, failed: 1, status: "scheduled", code: "TIMEOUT", lateness_ms: undefined },
    "09:00:00.120  my-product/prd send_notification  failed: TIMEOUT  took 1.5 s  job_1",
  ],
  [
    { ...ended, completed: undefined, cancelled: 1, duration_ms: 3 },
    "09:00:00.120  my-product/prd send_notification  cancelled  12 ms late  took 3 ms  job_1",
  ],
])("the end of an attempt prints one line: %#", (fields, line) => {
  expect(text(fields)).toBe(line);
});

test.each([
  "a stray print",
  '{"message":"reconciled"}',
  '{"message":"other","note":"\\"attempt ended\\""}',
  '{"attempt ended',
])("%s prints no attempt", (line) => {
  expect(attemptIn(line)).toBeUndefined();
});

test("the banner names the page, then what programs need, then a command", () => {
  const local = {
    url: "http://127.0.0.1:3000",
    apiKey: "k",
    aws: { sqs: "s", events: "e" },
    allowReal: false,
    clockOffsetMs: 0,
  };
  const said = banner(local, 1);
  const places = [
    "http://127.0.0.1:3000/ ",
    "\nexport DUCTAPE_URL=http://127.0.0.1:3000 DUCTAPE_API_KEY=k\n",
    "\ncurl -s http://127.0.0.1:3000/v1/jobs",
  ].map((part) => said.indexOf(part));
  expect(places).not.toContain(-1);
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(said.indexOf("http")).toBe(places[0]);
});
