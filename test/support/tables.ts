/** The rows of all tables of a Markdown page that have these columns, as texts without the blanks around them. */
export function rowsOf(page: string, ...columns: string[]): string[][] {
  const cellsOf = (line: string) =>
    line
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim());
  const tables = page.split("\n\n").map((part) => part.split("\n").filter((line) => line.startsWith("|")));
  const wanted = tables.filter(([head = ""]) => JSON.stringify(cellsOf(head)) === JSON.stringify(columns));
  return wanted.flatMap(([, , ...rows]) => rows.map(cellsOf));
}
