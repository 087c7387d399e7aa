/** What to do about an attempt that failed, by its code. The provider's message says more. */
const remedies: Record<string, string> = {
  TIMEOUT: "The attempt took longer than its timeout. Raise timeout_ms, or make the other side faster.",
  RATE_LIMITED: "The other side asks for fewer requests. Space the jobs out, or raise its limit.",
  SERVICE_UNAVAILABLE: "The other side is down or overloaded. Retry once it is back.",
  CONNECTION_ERROR: "The other side was not reached. Check its address, its network and its certificate.",
  CRASHED: "The consumer ended in the middle of the attempt, for lack of memory for example. Its log says more.",
  VALIDATION_ERROR: "The other side refuses the data. Correct the input and schedule the job again.",
  NOT_FOUND: "What the job asks for does not exist there. Check the names in the input and in the catalog.",
  UNAUTHORIZED: "The login or key is refused. Renew the secret that the catalog refers to.",
  FORBIDDEN: "The login is known and may not do this. Extend its rights.",
  CONFIGURATION_ERROR: "The catalog or one of its references is wrong. Correct it, deploy, then retry.",
  PROVIDER_ERROR: "The other side failed. Its message and code say why.",
};

export const remedyFor = (code: string): string => remedies[code] ?? "";
