import { useEffect, useRef, useState } from "preact/hooks";
import type { JobQuery } from "../../../../sdk/src/index.ts";
import { ductape } from "../../api/client.ts";
import { apiNow } from "../../api/clock.ts";
import { keptMs, saveFile } from "../../ui/save-file.ts";
import { csvOf, csvRows, type ExportFormat, fileNameOf, jsonLinesOf } from "./export-file.ts";
import { nothingRead, type Read, type ReadEnd, readList } from "./export-read.ts";

interface Asked {
  format: ExportFormat;
  query: JobQuery;
  /** The columns that are shown. */
  columns: readonly string[];
}

interface SavedFile {
  name: string;
  /** Where the browser has it, while the question is open. */
  url: string;
}

export interface Export {
  read: Read;
  /** How reading ended; undefined while it goes on, and after a failure. */
  end: ReadEnd | undefined;
  error: unknown;
  /** The file, once it was made. */
  file: SavedFile | undefined;
  stop(): void;
  /** Reads on from where it ended. */
  goOn(): void;
  /** Makes the file of what was read, and gives it to the browser. */
  save(): Promise<void>;
}

const types: Record<ExportFormat, string> = { csv: "text/csv;charset=utf-8", jsonl: "application/x-ndjson" };

const textOf = async ({ format, columns }: Asked, { jobs }: Read): Promise<string> =>
  format === "jsonl" ? jsonLinesOf(jobs) : csvOf(csvRows(jobs, columns, apiNow()));

/** Reads all that a query selects, and saves it as a file once that is done. */
export function useExport(asked: Asked): Export {
  const [read, setRead] = useState(nothingRead);
  const [end, setEnd] = useState<ReadEnd>();
  const [error, setError] = useState<unknown>();
  const [file, setFile] = useState<SavedFile>();
  const latest = useRef(nothingRead);
  const isStopped = useRef(false);
  const isClosed = useRef(false);
  const made = useRef<string[]>([]);

  const save = async (whole = end === "all") => {
    try {
      const text = await textOf(asked, latest.current);
      const url = URL.createObjectURL(new Blob([text], { type: types[asked.format] }));
      made.current.push(url);
      const saved = { name: fileNameOf(asked.format, apiNow(), !whole), url };
      setFile(saved);
      saveFile(saved);
    } catch (caught) {
      setError(caught);
    }
  };
  const start = async () => {
    isStopped.current = false;
    setEnd(undefined);
    setError(undefined);
    setFile(undefined);
    const list = ductape().jobs.list(asked.query);
    try {
      const ended = await readList({
        page: (cursor) => list.page(cursor),
        from: latest.current,
        isStopped: () => isStopped.current,
        onRead: (now) => {
          latest.current = now;
          setRead(now);
        },
      });
      if (isClosed.current) return;
      setEnd(ended);
      if (ended === "all" && latest.current.jobs.length > 0) await save(true);
    } catch (caught) {
      setError(caught);
    }
  };
  // It is asked for by opening the dialog, and what it reads is not wanted once that is closed.
  useEffect(() => {
    void start();
    return () => {
      isStopped.current = true;
      isClosed.current = true;
      setTimeout(() => made.current.forEach(URL.revokeObjectURL), keptMs);
    };
  }, []);
  return {
    read,
    end,
    error,
    file,
    stop: () => {
      isStopped.current = true;
    },
    goOn: () => void start(),
    save: () => save(),
  };
}
