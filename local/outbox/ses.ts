import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readJson, sendJson } from "../gateway/http.ts";
import type { Caught } from "./caught.ts";

interface SendEmail {
  FromEmailAddress?: string;
  Destination?: { ToAddresses?: string[] };
  Content?: { Simple?: { Subject?: Content; Body?: { Html?: Content; Text?: Content } } };
}
type Content = { Data?: string };

export const sesRoute = "POST /v2/email/outbound-emails";

/** SES's SendEmail. https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html */
export async function handleSes(caught: Caught, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { FromEmailAddress: from, Destination, Content } = ((await readJson(request)) ?? {}) as SendEmail;
  const { Subject, Body } = Content?.Simple ?? {};
  const to = Destination?.ToAddresses ?? [];
  if (!from || to.length === 0 || Subject?.Data === undefined) {
    const message = "A simple message has a sender, a recipient and a subject.";
    return sendJson(response, 400, { message }, { "x-amzn-errortype": "BadRequestException" });
  }
  caught.add({
    kind: "email",
    from,
    to,
    subject: Subject.Data,
    ...(Body?.Text?.Data !== undefined && { text: Body.Text.Data }),
    ...(Body?.Html?.Data !== undefined && { html: Body.Html.Data }),
  });
  sendJson(response, 200, { MessageId: randomUUID() });
}
