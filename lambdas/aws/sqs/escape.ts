/**
 * SQS accepts only the characters of XML 1.0. Characters beyond U+FFFF are escaped too: SQS accepts them today, but its
 * documentation did not always say so, and compatible servers refuse them.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const refusedCharacters = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g;

/** Writes the characters that SQS refuses as \uXXXX. JSON keeps its meaning. */
export const escapeForSqs = (text: string): string =>
  text.replaceAll(refusedCharacters, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** JSON that SQS accepts, whatever characters the value contains. */
export const jsonForSqs = (value: unknown): string => escapeForSqs(JSON.stringify(value));
