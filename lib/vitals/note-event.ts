/**
 * Critical actions as the page knows them. They wait here until the part that sends figures is loaded, late; how often
 * something happened is all that is told, never who did it or to what.
 */
export type NotedEvent = "create" | "export" | "save_failure";

const noted = new Map<NotedEvent, number>();

export function noteEvent(event: NotedEvent): void {
  noted.set(event, (noted.get(event) ?? 0) + 1);
}

/** Hands them out and forgets them. */
export function takeEvents(): Partial<Record<NotedEvent, number>> {
  const taken = Object.fromEntries(noted);
  noted.clear();
  return taken;
}
