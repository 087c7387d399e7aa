import { type FSWatcher, watch } from "node:fs";
import { join } from "node:path";

const debounceMs = 150;

/** Calls `changed` once a burst of changes to TypeScript files below the folders is over. */
export function watchFolders(root: string, folders: string[], changed: () => void): { close(): void } {
  let timer: NodeJS.Timeout | undefined;
  const watchers: FSWatcher[] = folders.map((folder) =>
    watch(join(root, folder), { recursive: true }, (_kind, file) => {
      if (file !== null && !/\.(ts|json)$/.test(file)) return;
      clearTimeout(timer);
      timer = setTimeout(changed, debounceMs);
    }),
  );
  return {
    close: () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
