/** Lets the browser save what this page has made. */
export function saveFile(fileName: string, content: BlobPart, type: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = fileName;
  link.click();
  // Some browsers read it only when they have asked where to save it.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
