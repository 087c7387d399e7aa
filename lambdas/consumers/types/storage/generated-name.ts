import type { Job } from "../../../core/job/job.ts";

/** The extensions of types that requests name. Whatever else the content shows has the extension that goes with it there. */
const extensions: Record<string, string> = {
  "application/gzip": "gz",
  "application/json": "json",
  "application/msword": "doc",
  "application/pdf": "pdf",
  "application/rtf": "rtf",
  "application/vnd.ms-excel": "xls",
  "application/vnd.ms-powerpoint": "ppt",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/x-ndjson": "ndjson",
  "application/xml": "xml",
  "application/yaml": "yaml",
  "application/zip": "zip",
  "audio/mpeg": "mp3",
  "audio/wav": "wav",
  "image/avif": "avif",
  "image/gif": "gif",
  "image/jpeg": "jpg",
  "image/png": "png",
  "image/svg+xml": "svg",
  "image/tiff": "tif",
  "image/webp": "webp",
  "text/calendar": "ics",
  "text/css": "css",
  "text/csv": "csv",
  "text/html": "html",
  "text/javascript": "js",
  "text/markdown": "md",
  "text/plain": "txt",
  "text/tab-separated-values": "tsv",
  "text/xml": "xml",
  "video/mp4": "mp4",
  "video/quicktime": "mov",
  "video/webm": "webm",
};

/**
 * The name of a file whose request has none: the job's id, from the second run on the run, and the extension of its type. Every
 * attempt of a run makes the same name, and no run makes that of another. `head` is the start of the file.
 */
export async function generatedName({ id, run }: Pick<Job, "id" | "run">, type: string, head: Uint8Array) {
  const extension = await extensionOf(type, head);
  return `${id}${run > 1 ? `-${run}` : ""}${extension === undefined ? "" : `.${extension}`}`;
}

async function extensionOf(type: string, head: Uint8Array): Promise<string | undefined> {
  const plain = type.split(";", 1).join("").trim().toLowerCase();
  if (Object.hasOwn(extensions, plain)) return extensions[plain];
  const { fileTypeFromBuffer } = await import("file-type");
  const found = await fileTypeFromBuffer(head);
  return found?.mime === plain ? found.ext : undefined;
}
