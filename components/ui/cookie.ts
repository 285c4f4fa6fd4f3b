/** Keeps a choice of this browser for a year, for the server to read with the next page; null forgets it. */
export function keepChoice(name: string, value: string | null): void {
  const age = value === null ? 0 : 365 * 24 * 3600;
  const secure = location.protocol === "https:" ? "; secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser yet
  document.cookie = `${name}=${value ?? ""}; path=/; max-age=${age}; samesite=lax${secure}`;
}
