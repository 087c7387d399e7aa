import { isTimeZone } from "../../job/series/recurrence.ts";
import { endOfDay } from "../../kernel/zone.ts";
import { type Draft, isEmpty, isRecord } from "./draft.ts";

/** The fields of a series, by the names that a caller may give them. */
const seriesFields = ["cron", "every", "tz", "limit", "endDate", "end_date", "overlap"];

/** `schedule: {start_at, cron, every, limit, endDate, tz}` stands for `start_at` and `repeat`. */
export function rewriteSchedule(draft: Draft): void {
  const schedule = draft.at("schedule");
  if (schedule === undefined) return;
  if (!isRecord(schedule)) {
    draft.fault(["schedule"], "must be an object such as {start_at} or {cron, tz}");
    draft.remove(["schedule"]);
    return;
  }
  draft.move(["schedule", "start_at"], ["start_at"]);
  if (draft.at("repeat") === undefined && !isEmpty(draft.at("schedule"))) draft.standsFor(["repeat"], ["schedule"]);
  const fields = Object.keys(draft.recordAt("schedule") ?? {});
  draft.moveFields(
    ["schedule"],
    fields.map((name) => ({ name, to: ["repeat", name] })),
  );
  draft.remove(["schedule"]);
}

/** The series of a request to reschedule may stand beside `start_at`. */
export function rewriteFlatSeries(draft: Draft): void {
  draft.moveFields(
    [],
    seriesFields.map((name) => ({ name, to: ["repeat", name] })),
  );
}

/** Rewrites the fields within `repeat`. */
export function rewriteRepeat(draft: Draft): void {
  const repeat = draft.recordAt("repeat");
  if (!repeat) return;
  draft.rename(["repeat"], { endDate: "end_date" });
  if (repeat.cron !== undefined && repeat.every !== undefined) {
    draft.note(["repeat", "every"], "is not used: cron counts, and every is only its fallback");
    draft.remove(["repeat", "every"]);
  }
  rewriteBareDate(draft);
}

const bareDate = /^\d{4}-\d\d-\d\d$/;

/** A date without a time is the end of that day in the zone of the series. */
function rewriteBareDate(draft: Draft): void {
  const { end_date, tz = "UTC" } = draft.recordAt("repeat") ?? {};
  if (typeof end_date !== "string" || !bareDate.test(end_date)) return;
  // A faulty zone has its own fault, and the date must not have another.
  const zone = typeof tz === "string" && isTimeZone(tz) ? tz : "UTC";
  const end = endOfDay(end_date, zone);
  if (end === undefined) {
    draft.fault(["repeat", "end_date"], "is a day that does not exist");
    draft.remove(["repeat", "end_date"]);
    return;
  }
  draft.note(["repeat", "end_date"], `is the end of that day in ${zone}`);
  draft.set(["repeat", "end_date"], end);
}
