import { tokenOf } from "../job/approval-token.ts";
import type { AskedApproval } from "../job/asked-approval.ts";
import { keysIn } from "../job/signed-token.ts";
import type { Secrets } from "../ports/secrets.ts";

/** An address, and the part of it that nobody else may see. */
export interface ApprovalLink {
  url: string;
  token: string;
}

export type LinkTo = (asked: Pick<AskedApproval, "id" | "recipient">) => Promise<ApprovalLink>;

/** Makes addresses below the one of the API, with the first of the deployment's keys. Throws a JobError if the secret cannot be read. */
export const approvalLinks =
  (secrets: Secrets, settings: () => { url: string; secret: string }): LinkTo =>
  async (asked) => {
    const { url, secret } = settings();
    const [key = ""] = keysIn(await secrets.resolve({ $secret: secret }));
    const token = tokenOf(asked, key);
    return { url: `${url}/approve/${token}`, token };
  };
