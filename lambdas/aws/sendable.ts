/**
 * What SQS refuses for ever: it takes the characters of XML 1.0 and no others.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const unsendable = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** Such characters as JSON writes them, \uXXXX; all others as they are. Within JSON that changes nothing of what it says. */
export const escaped = (text: string): string =>
  text.replaceAll(unsendable, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** JSON that SQS takes, whatever characters the value has. */
export const sendableJson = (value: unknown): string => escaped(JSON.stringify(value));
