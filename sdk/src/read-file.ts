import { base64 } from "./body.ts";
import { ConfigurationError, InvalidRequestError } from "./errors.ts";

/** A file as the input of a storage event takes it. */
export interface IFileReadResult {
  /** The content in base64. */
  buffer: string;
  /** The last part of the path. */
  fileName: string;
  /** By the file's extension; an empty text if that is not known. */
  mimeType: string;
}

/** The types of common extensions. The API reads the type of any other file from its content. */
const mimeTypes: Record<string, string> = {
  avif: "image/avif",
  bmp: "image/bmp",
  css: "text/css",
  csv: "text/csv",
  doc: "application/msword",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  eml: "message/rfc822",
  gif: "image/gif",
  gz: "application/gzip",
  htm: "text/html",
  html: "text/html",
  ics: "text/calendar",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  js: "text/javascript",
  json: "application/json",
  md: "text/markdown",
  mjs: "text/javascript",
  mov: "video/quicktime",
  mp3: "audio/mpeg",
  mp4: "video/mp4",
  ogg: "audio/ogg",
  pdf: "application/pdf",
  png: "image/png",
  ppt: "application/vnd.ms-powerpoint",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  rtf: "application/rtf",
  svg: "image/svg+xml",
  tar: "application/x-tar",
  tif: "image/tiff",
  tiff: "image/tiff",
  txt: "text/plain",
  wav: "audio/wav",
  webm: "video/webm",
  webp: "image/webp",
  xls: "application/vnd.ms-excel",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  xml: "application/xml",
  yaml: "application/yaml",
  yml: "application/yaml",
  zip: "application/zip",
};

interface BuiltIns {
  getBuiltinModule?(name: "node:fs/promises"): { readFile(path: string): Promise<Uint8Array> } | undefined;
}

/** Not an import, so that a bundler for browsers finds nothing to resolve. Node has it from 20.16 and 22.3. */
const fileSystem = () => (globalThis as { process?: BuiltIns }).process?.getBuiltinModule?.("node:fs/promises");

/**
 * Reads a file of this machine. Rejects with the file system's own error if it cannot be read, and with a ConfigurationError where
 * there is no file system, as in a browser.
 */
export async function readFile(path: string): Promise<IFileReadResult> {
  if (typeof path !== "string" || path === "") {
    const what = "readFile takes the path of a file of this machine. It does not download from a storage.";
    throw new InvalidRequestError("INVALID_REQUEST", what, []);
  }
  const files = fileSystem();
  if (!files) {
    const instead = "Pass the bytes as input.buffer instead: new Uint8Array(await file.arrayBuffer()).";
    throw new ConfigurationError(`readFile needs Node's file system, which this runtime does not have. ${instead}`);
  }
  const buffer = base64(await files.readFile(path));
  const fileName = path.split(/[/\\]/).at(-1) ?? "";
  return { buffer, fileName, mimeType: mimeTypeOf(fileName) };
}

function mimeTypeOf(fileName: string): string {
  const extension = /[^.]\.([^.]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(mimeTypes, extension) ? (mimeTypes[extension] as string) : "";
}
