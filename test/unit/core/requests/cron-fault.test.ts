import { cronFault } from "../../../../lambdas/core/requests/repeat-request.ts";

it.each([
  "* * * * *",
  "*/10 * * * * *",
  "0-30/5 8,12 1-15 JAN-MAR MON-FRI",
  "0 0 L * *",
  "0 0 15W * *",
  "0 0 LW * *",
  "0 0 * * FRI#2",
  "0 0 * * 5L",
  " 0  0 * * 7 ",
  ...["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly", "@Daily"],
])("%j is a cron expression", (cron) => {
  expect(cronFault(cron)).toBeUndefined();
});

const form =
  /^a cron expression has 5 fields \(minute, hour, day of the month, month, day of the week\), or 6 with the second first, or is one of @yearly, .*@hourly$/;

it.each(["* * * *", "* * * * * * *", "hourly", "@reboot", "@every 5m", "@daily x", " "])(
  "%j is no cron expression, and its fault names the accepted forms",
  (cron) => {
    expect(cronFault(cron)).toMatch(form);
  },
);

it.each([
  ["60 * * * *", /^the minute is 0 to 59; each also as a list \(1,15\), a range \(1-5\) or with steps/],
  ["* 24 * * *", /^the hour is 0 to 23;/],
  ["* * 0 * *", /^the day of the month is 1 to 31, L for the last day/],
  ["* * * 13 *", /^the month is 1 to 12 or JAN to DEC;/],
  ["* * * * 8", /^the day of the week is 0 to 7 or SUN to SAT/],
  ["61 * * * * *", /^the second is 0 to 59;/],
  ["H * * * *", /^the minute is/],
  ["5/15 * * * *", /steps \(\*\/10, 0-30\/5\)/],
  ["1, * * * *", /^the minute is/],
  ["0 0 * * MON#6", /FRI#2 for the second Friday/],
  ["99 99 * * *", /^the minute is 0 to 59; the hour is 0 to 23;/],
])("the fault of %j names the field and what it takes", (cron, fault) => {
  expect(cronFault(cron)).toMatch(fault);
});
