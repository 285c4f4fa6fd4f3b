/** Where a document lies, as its ancestors' titles: "Operations / Post-mortems"; empty at the root. */
type Titled = { id: string; title: string };

export function placeNames(documents: readonly Titled[]): (parentPath: string) => string {
  const titles = new Map(
    documents.map(({ id, title }) => [id.replaceAll("-", ""), title.trim() || "Untitled"]),
  );
  return (parentPath) =>
    parentPath
      .split(".")
      .map((label) => titles.get(label))
      .filter((title) => title !== undefined)
      .join(" / ");
}
