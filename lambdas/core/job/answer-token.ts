import { isSigned, macOf } from "./signed-token.ts";

/** Which attempt was handed over, and under which claim. */
export interface HandedTo {
  job_id: string;
  run: number;
  attempt: number;
  claim_id: string;
}

const purpose = "ductape code answer 1";

const tokenPattern = /^(job_[0-9a-f]{32})\.(\d{1,15})\.(\d{1,15})\.([A-Za-z0-9-]{1,50})\.([A-Za-z0-9_-]{27})$/;

/** Lets its holder end one attempt under one claim, and do nothing else. It is derived and not stored. */
export function answerTokenOf({ job_id, run, attempt, claim_id }: HandedTo, key: string): string {
  const subject = `${job_id}.${run}.${attempt}.${claim_id}`;
  return `${subject}.${macOf(purpose, subject, key).toString("base64url")}`;
}

/** What a token is for, if one of the keys has signed it: undefined for any other text. */
export function readAnswerToken(token: string, keys: readonly string[]): HandedTo | undefined {
  const [, job_id = "", run, attempt, claim_id = "", mac = ""] = tokenPattern.exec(token) ?? [];
  if (job_id === "") return undefined;
  const signed = { subject: token.slice(0, token.lastIndexOf(".")), mac: Buffer.from(mac, "base64url") };
  return isSigned(purpose, signed, keys) ? { job_id, run: Number(run), attempt: Number(attempt), claim_id } : undefined;
}
