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

/** The bytes that detection looks at: enough for office documents, whose type shows only inside the archive. */
export const headBytes = 65_536;

/**
 * The type of a file whose request gives none: by its content, else by its name if it is text. `head` is its beginning.
 * XML content gives way to the name, which says what kind of XML it is.
 */
export async function detectMimeType(head: Uint8Array, fileName: string): Promise<string> {
  const { fileTypeFromBuffer } = await import("file-type");
  const mime = (await fileTypeFromBuffer(head))?.mime;
  if (mime !== undefined && mime !== "application/xml") return mime;
  const extension = /\.([a-z]+)$/i.exec(fileName)?.[1]?.toLowerCase() ?? "";
  const named = Object.hasOwn(textTypes, extension) ? textTypes[extension] : undefined;
  const isText = !head.includes(0);
  return (isText ? named : undefined) ?? mime ?? "application/octet-stream";
}
