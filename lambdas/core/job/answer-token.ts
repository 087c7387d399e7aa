import { createHmac, timingSafeEqual } from "node:crypto";

/** Which attempt was handed over, and under which claim. */
export interface HandedTo {
  job_id: string;
  run: number;
  attempt: number;
  claim_id: string;
}

/** What is signed begins with this: the same keys sign the addresses of approvals. */
const purpose = "ductape code answer 1\0";

const macOf = (subject: string, key: string): Buffer =>
  createHmac("sha256", key).update(purpose).update(subject).digest().subarray(0, 20);

const tokenPattern = /^(job_[0-9a-f]{32})\.(\d{1,15})\.(\d{1,15})\.([A-Za-z0-9-]{1,50})\.([A-Za-z0-9_-]{27})$/;

/** Lets its holder end one attempt under one claim, and do nothing else. It is derived and not stored. */
export function answerTokenOf({ job_id, run, attempt, claim_id }: HandedTo, key: string): string {
  const subject = `${job_id}.${run}.${attempt}.${claim_id}`;
  return `${subject}.${macOf(subject, key).toString("base64url")}`;
}

/** What a token is for, if one of the keys has signed it: undefined for any other text. */
export function readAnswerToken(token: string, keys: readonly string[]): HandedTo | undefined {
  const [, job_id = "", run, attempt, claim_id = "", mac = ""] = tokenPattern.exec(token) ?? [];
  if (job_id === "") return undefined;
  const given = Buffer.from(mac, "base64url");
  const subject = token.slice(0, token.lastIndexOf("."));
  const signed = keys.map((key) => timingSafeEqual(macOf(subject, key), given));
  return signed.includes(true) ? { job_id, run: Number(run), attempt: Number(attempt), claim_id } : undefined;
}
