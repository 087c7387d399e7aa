/** How long a file can be read after it was given to the browser, which may begin to save it later. */
export const keptMs = 60_000;

/** Gives the browser a file to keep, which it reads from `url`. */
export function saveFile({ name, url }: { name: string; url: string }): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}
