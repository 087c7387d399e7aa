/** Text has no signature in its content, so its type follows from the file name. */
const textTypes: Record<string, string> = {
  css: "text/css",
  csv: "text/csv",
  htm: "text/html",
  html: "text/html",
  ics: "text/calendar",
  js: "text/javascript",
  json: "application/json",
  log: "text/plain",
  md: "text/markdown",
  mjs: "text/javascript",
  ndjson: "application/x-ndjson",
  svg: "image/svg+xml",
  tsv: "text/tab-separated-values",
  txt: "text/plain",
  xml: "application/xml",
  yaml: "application/yaml",
  yml: "application/yaml",
};

/** The bytes that detection needs: enough for office documents, whose type appears only inside the archive. */
export const headBytes = 65_536;

/**
 * The type of a file whose request has none: by its content, or by its name if it is text. `head` is the start of the file. For XML
 * the name wins, because it says what kind of XML the file is.
 */
export async function detectMimeType(head: Uint8Array, fileName = ""): Promise<string> {
  const { fileTypeFromBuffer } = await import("file-type");
  const mime = (await fileTypeFromBuffer(head))?.mime;
  if (mime !== undefined && mime !== "application/xml") return mime;
  const extension = /\.([a-z]+)$/i.exec(fileName)?.[1]?.toLowerCase() ?? "";
  const named = Object.hasOwn(textTypes, extension) ? textTypes[extension] : undefined;
  const isText = !head.includes(0);
  return (isText ? named : undefined) ?? mime ?? "application/octet-stream";
}
