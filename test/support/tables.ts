/** The rows of the tables in a Markdown page that have these columns, as trimmed strings. */
export function tablesOf(page: string, ...columns: string[]): string[][][] {
  const cellsOf = (line: string) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  const tables = page.split("\n\n").map((part) => part.split("\n").filter((line) => line.startsWith("|")));
  const wanted = tables.filter(([head = ""]) => JSON.stringify(cellsOf(head)) === JSON.stringify(columns));
  return wanted.map(([, , ...rows]) => rows.map(cellsOf));
}

/** The rows of all of these tables. */
export const rowsOf = (page: string, ...columns: string[]): string[][] => tablesOf(page, ...columns).flat();
