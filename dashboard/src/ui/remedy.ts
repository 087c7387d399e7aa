interface Failure {
  code: string;
  status?: number;
}

const remedies: Record<string, string> = {
  UNAUTHENTICATED: "Lock the page and type in a key that is valid.",
  FORBIDDEN: "Use a key whose scopes allow this: npm run keys.",
  CONNECTION_FAILED: "Check that the API runs and that this machine reaches it. The page tries again by itself.",
  UNAVAILABLE: "AWS throttles or fails. Try again in a moment.",
  RATE_LIMITED: "Try again in a moment.",
  INTERNAL: "This is a fault of the system. Its log has the request under its id.",
  STATE_CONFLICT: "The job has changed in the meantime. Look at its status, then try again if it still makes sense.",
  JOB_NOT_FOUND: "It was deleted, has passed its retention, or the key does not reach its product and env.",
};

/** What a person can do about an error of the API. */
export function remedyOf(error: Failure | undefined): string {
  if (!error) return "Reload the page. If it happens again, the browser's console says more.";
  return remedies[error.code] ?? ((error.status ?? 0) >= 500 ? (remedies.UNAVAILABLE ?? "") : "");
}
