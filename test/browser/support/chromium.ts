import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Where Debian, Ubuntu and macOS install Chromium or Chrome; `CHROMIUM` names another. */
const usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

function chromiumPath(): string {
  const found = [process.env.CHROMIUM ?? "", ...usual].find((path) => path !== "" && existsSync(path));
  if (found === undefined) throw new Error("Install Chromium (apt-get install chromium), or name it in CHROMIUM.");
  return found;
}

/** As root, which CI often is, Chromium's sandbox cannot be made; it opens pages of this machine only. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath(), args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
