import { existsSync, statSync, watch } from "node:fs";
import { basename, dirname } from "node:path";

const debounceMs = 150;

/** Calls `changed` once a burst of changes is over: to TypeScript below a folder, or to a file, which need not exist. */
export function watchFolders(paths: string[], changed: () => void): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(changed, debounceMs);
  };
  const watchers = paths.map((path) => {
    const folder = existsSync(path) && statSync(path).isDirectory();
    // Editors replace a file rather than write into it, so it is its folder that is watched.
    return watch(folder ? path : dirname(path), { recursive: folder }, (_kind, file) => {
      if (folder ? file?.endsWith(".ts") : file === basename(path)) later();
    });
  });
  return {
    close: () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
