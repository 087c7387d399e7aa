import { useState } from "preact/hooks";
import { Menu } from "../../ui/menu.tsx";
import { listOf } from "../../url-state.ts";
import { chosenColumns } from "./columns.tsx";
import { ExportDialog } from "./export-dialog.tsx";
import type { ExportFormat } from "./export-file.ts";
import { type ListFields, queryOf } from "./filters.ts";

const formats: readonly (readonly [format: ExportFormat, name: string, note: string])[] = [
  ["csv", "CSV", "For spreadsheets: the shown columns"],
  ["jsonl", "JSON Lines", "One job a line, with all its fields"],
];

/** Downloads what the filters select, also what is not loaded. */
export function ExportMenu({ fields }: { fields: ListFields }) {
  const [format, choose] = useState<ExportFormat>();
  return (
    <>
      <Menu label="Download" icon="download">
        {formats.map(([id, name, note]) => (
          <button key={id} type="button" class="menu-item export-format" onClick={() => choose(id)}>
            {name}
            <span class="export-note">{note}</span>
          </button>
        ))}
      </Menu>
      {format && (
        <ExportDialog
          format={format}
          query={queryOf(fields)}
          columns={chosenColumns(listOf(fields.cols)).map(({ id }) => id)}
          onClose={() => choose(undefined)}
        />
      )}
    </>
  );
}
