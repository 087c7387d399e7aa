import { createHash } from "node:crypto";
import type { SentValue } from "../../core/job/decide-messages.ts";

/** What a message brings: the value itself, or what is behind its link, if it is what the link was made for. */
export async function loadValue(sent: SentValue): Promise<unknown> {
  if (!("url" in sent)) return sent.v;
  const answer = await fetch(sent.url);
  if (!answer.ok) throw new Error(`A value of the run could not be read: its link answered ${answer.status}.`);
  const body = Buffer.from(await answer.arrayBuffer());
  const found = createHash("sha256").update(body).digest("hex");
  if (found !== sent.sha256) throw new Error("A value of the run is not what it was when it was logged.");
  return JSON.parse(body.toString("utf8"));
}
