import { answerTokenOf, type HandedTo, readAnswerToken } from "../job/answer-token.ts";
import { keysIn } from "../job/signed-token.ts";
import type { Secrets } from "../ports/secrets.ts";

/** Signs which attempt code may end, and reads that again. Both throw a JobError if the secret with the keys cannot be read. */
export interface AnswerTokens {
  sign(handed: HandedTo): Promise<string>;
  /** Undefined for what this deployment has not signed. */
  read(token: string): Promise<HandedTo | undefined>;
}

export function answerTokens(secrets: Secrets, secret: string): AnswerTokens {
  const keys = async () => keysIn(await secrets.resolve({ $secret: secret }));
  return {
    async sign(handed) {
      const [key = ""] = await keys();
      return answerTokenOf(handed, key);
    },
    read: async (token) => readAnswerToken(token, await keys()),
  };
}
