/** Reads a built file by its path below the folder of the build; undefined if there is none. */
export type ReadFile = (path: string) => Promise<Buffer | undefined>;

/** The types of the files that the build makes. A file of any other type is not served. */
const contentTypes: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  json: "application/json",
  txt: "text/plain; charset=utf-8",
  svg: "image/svg+xml",
  png: "image/png",
  webp: "image/webp",
  ico: "image/x-icon",
  woff2: "font/woff2",
};

export interface FileOfPage {
  path: string;
  contentType: string;
  /** Whether its name changes with its content. */
  hashed: boolean;
}

/** One folder, no dots that lead out of it, and no character that a build does not use in names. */
const assetName = /^[\w-][\w.-]*\.(\w+)$/;

/** The file that a route asks for: the page itself at `/`, and below `/assets/` what it loads. */
export function fileAt({ routeKey, asset = "" }: { routeKey: string; asset?: string | undefined }) {
  if (routeKey.endsWith(" /")) return { path: "index.html", contentType: contentTypes.html ?? "", hashed: false };
  const extension = assetName.exec(asset)?.[1] ?? "";
  const contentType = contentTypes[extension];
  if (!routeKey.endsWith(" /assets/{proxy+}") || contentType === undefined) return undefined;
  return { path: `assets/${asset}`, contentType, hashed: true } satisfies FileOfPage;
}
