/** https://docs.aws.amazon.com/sns/latest/dg/sms_sending-overview.html: several parts, and at most this in total. */
export const longestSms = 1600;

/** ITU E.164, after spaces and punctuation are removed. */
const phoneNumber = /^\+[1-9]\d{6,14}$/;

/** One spelling per number, so that none gets the message twice. */
export const plainNumber = (number: string): string => number.replaceAll(/[\s().-]/g, "");

/** The number in the format that SNS accepts; undefined if it is not a phone number. */
export function smsNumber(number: string): string | undefined {
  const plain = plainNumber(number);
  return phoneNumber.test(plain) ? plain : undefined;
}
