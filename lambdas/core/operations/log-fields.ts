import type { Job, JobMessage } from "../job/job.ts";
import type { Pause } from "../job/pause.ts";
import type { Log } from "../ports/log.ts";

type LoggedFields = Record<string, unknown>;

/** The fields by which every log line about a job names it. */
export const jobFields = ({ id, product, env, event, type, run, attempt }: Job) => ({
  job_id: id,
  product,
  env,
  event,
  type,
  run,
  attempt,
});

/** The fields by which a log line names a pause. Its key may be a person's: it is not logged. */
export const pauseFields = ({ id, product, env, event, limit }: Pause) => ({ pause: id, product, env, event, limit });

/** Those of the fields that a message has, before its job is read. */
export const messageFields = ({ job_id, run, attempt }: JobMessage) => ({ job_id, run, attempt });

/** The same log, with `fields` in every line. A line's own fields win. */
const withFields = (log: Log, fields: LoggedFields): Log => ({
  debug: (message, own) => log.debug(message, { ...fields, ...own }),
  info: (message, own) => log.info(message, { ...fields, ...own }),
  warn: (message, own) => log.warn(message, { ...fields, ...own }),
  error: (message, own) => log.error(message, { ...fields, ...own }),
  measure: (message, measured, own) => log.measure(message, measured, { ...fields, ...own }),
});

/** The services of one message or request, with `fields` in every line that is logged on its behalf. */
export const loggingOf = <S extends { log: Log }>(services: S, fields: LoggedFields): S => ({
  ...services,
  log: withFields(services.log, fields),
});
