/**
 * What SQS refuses for ever, since it takes the characters of XML 1.0 and no others; and the characters beyond U+FFFF, which
 * AWS takes today, but its documentation has not always named, and servers that imitate it refuse.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const refusedCharacters = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g;

/** Such characters as JSON writes them, \uXXXX; all others as they are. Within JSON that changes nothing of what it says. */
export const escapeForSqs = (text: string): string =>
  text.replaceAll(refusedCharacters, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** JSON that SQS takes, whatever characters the value has. */
export const jsonForSqs = (value: unknown): string => escapeForSqs(JSON.stringify(value));
