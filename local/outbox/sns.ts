import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { megabyte, readBody } from "../gateway/http.ts";
import type { Caught } from "./caught.ts";

/** SNS has no path of its own, but the signature names the service. */
export const isSns = ({ method, url, headers }: IncomingMessage): boolean =>
  method === "POST" && url === "/" && /\/sns\/aws4_request/.test(headers.authorization ?? "");

/** A number that stands for one whose owner has opted out. */
const optedOut = "+15550100000";

/** SNS's Publish to a phone number or a topic. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export async function handleSns(caught: Caught, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const form = new URLSearchParams(String(await readBody(request, megabyte)));
  const send = (status: number, xml: string) =>
    void response.writeHead(status, { "content-type": "text/xml" }).end(xml);
  const refuse = (code: string, message: string) =>
    send(400, `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`);
  const topic = form.get("TopicArn");
  if (form.get("Action") === "Publish" && topic !== null) return send(...publishToTopic(caught, topic, form));
  const to = form.get("PhoneNumber");
  const body = form.get("Message");
  if (form.get("Action") !== "Publish" || to === null) {
    return void refuse("InvalidAction", "There is no local stand-in for this operation of SNS.");
  }
  if (!body) return void refuse("InvalidParameter", "Invalid parameter: Empty message");
  const answer = to === optedOut ? "OptedOut" : "ok";
  const sender = attributeOf(form, "AWS.SNS.SMS.SenderID");
  caught.add({ kind: "sms", to, body, ...(sender !== undefined && { sender }), answer });
  if (answer === "OptedOut") return void refuse("OptedOut", "The phone number is opted out");
  send(200, published(""));
}

const published = (sequence: string) =>
  `<PublishResponse><PublishResult><MessageId>${randomUUID()}</MessageId>${sequence}</PublishResult></PublishResponse>`;

/** Every topic of the catalog is there; nobody subscribes to one. */
function publishToTopic(caught: Caught, topic: string, form: URLSearchParams): [status: number, xml: string] {
  const group = form.get("MessageGroupId");
  const names = [...form]
    .filter(([field]) => /^MessageAttributes\.entry\.\d+\.Name$/.test(field))
    .map(([, name]) => name);
  const attributes = Object.fromEntries(names.map((name) => [name, attributeOf(form, name) ?? ""]));
  caught.add({
    kind: "topic",
    topic,
    message: form.get("Message") ?? "",
    attributes,
    ...(group !== null && { group }),
  });
  return [200, published(topic.endsWith(".fifo") ? `<SequenceNumber>${Date.now()}</SequenceNumber>` : "")];
}

function attributeOf(form: URLSearchParams, name: string): string | undefined {
  const [field] = [...form].find(([, value]) => value === name) ?? [];
  return form.get(`${field?.replace(/\.Name$/, "")}.Value.StringValue`) ?? undefined;
}
