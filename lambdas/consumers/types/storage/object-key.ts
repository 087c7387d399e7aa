/** The key of a file in its bucket, in Unicode NFC, so that names that look the same are the same. The schemas have checked both parts. */
export const objectKey = (prefix: string | undefined, fileName: string): string =>
  [...(prefix === undefined ? [] : [prefix.replace(/\/$/, "")]), fileName].join("/").normalize("NFC");

/** S3 and Google allow 1024 bytes of UTF-8, Azure 1024 characters. */
export const longestKey = 1024;
/** No name that `generatedName` makes is longer: a job's id, a run and an extension. */
export const longestGeneratedName = 64;

export const isKeyTooLong = (key: string): boolean => Buffer.byteLength(key) > longestKey;

/** A key as the path of a URL. */
export const urlPath = (key: string): string => key.split("/").map(encodeURIComponent).join("/");
