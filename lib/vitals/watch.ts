/**
 * Measures the page in the browser and tells the server, once a minute and when the page is put away: Web Vitals, how
 * long appends took until they were acknowledged, and how often critical actions happened. No cookie goes along, and
 * nothing that says who or which document. What cannot be sent is dropped: these are figures, not words.
 */
import { onCLS, onFCP, onINP, onLCP, onTTFB } from "web-vitals";
import { takeEvents } from "./note-event.ts";

const STEP_MS = 60_000;
const MOST_APPENDS = 100;

let vitals: { name: string; value: number }[] = [];
let appends: number[] = [];

/** Called once, when the page has time. Vitals from before are still told by the browser. */
export function watchPage(): void {
  const note = ({ name, value }: { name: string; value: number }) => vitals.push({ name, value });
  for (const watch of [onCLS, onFCP, onINP, onLCP, onTTFB]) watch(note);
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries())
      if (name.endsWith("/rpc/append_updates") && appends.length < MOST_APPENDS) appends.push(duration);
  }).observe({ type: "resource", buffered: true });
  setInterval(send, STEP_MS);
  // web-vitals tells its last values at the same moment, to listeners of the document: the window's come after them.
  addEventListener("visibilitychange", () => document.visibilityState === "hidden" && send());
}

function send(): void {
  const events = takeEvents();
  if (vitals.length + appends.length + Object.keys(events).length === 0 || !navigator.onLine) return;
  const body = JSON.stringify({ page: pageKind(location.pathname), vitals, appends, events });
  vitals = [];
  appends = [];
  const headers = { "content-type": "application/json" };
  void fetch("/api/vitals", { method: "POST", body, headers, credentials: "omit", keepalive: true }).catch(
    () => undefined, // see above: dropped
  );
}

export function pageKind(path: string): "document" | "workspace" | "door" {
  if (!path.startsWith("/w/")) return "door";
  return path.includes("/d/") ? "document" : "workspace";
}
