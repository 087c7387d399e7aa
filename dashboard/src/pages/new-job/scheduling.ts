/**
 * How a job is asked for, by a key that is the same for the same request: so one whose answer was lost, and that is sent again, makes no
 * second job. A person's own key does that already.
 */
export const scheduling = (body: Record<string, unknown> | undefined, key: string) => ({
  method: "POST",
  body,
  headers: body?.idempotency_key === undefined ? { "idempotency-key": key } : {},
});
