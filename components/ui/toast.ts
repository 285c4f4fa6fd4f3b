/**
 * Notices, by a library that comes when the first one is due, or behind the text of a page. What is said before is
 * said then, in its order.
 */
import type { ExternalToast } from "sonner";
import { LatePart } from "./late-part.ts";

type Sonner = typeof import("sonner");

let loaded: Sonner | null = null;
const waiting: ((sonner: Sonner) => void)[] = [];

/** Where they are shown. */
export const toastList = new LatePart("The list of notices", async () => {
  const [sonner, { ToastList }] = await Promise.all([import("sonner"), import("./toast-list.tsx")]);
  loaded = sonner;
  for (const say of waiting.splice(0)) say(sonner);
  return ToastList;
});

function withSonner(say: (sonner: Sonner) => void): void {
  if (loaded) {
    say(loaded);
    return;
  }
  waiting.push(say);
  toastList.fetchSurely();
}

export function toast(title: string, more?: ExternalToast): void {
  withSonner((sonner) => sonner.toast(title, more));
}

toast.error = (title: string, more?: ExternalToast): void =>
  withSonner((sonner) => sonner.toast.error(title, more));

/** Stands until `toast.dismiss` with the same id. */
toast.loading = (title: string, id: string): void =>
  withSonner((sonner) => sonner.toast.loading(title, { id }));

toast.dismiss = (id: string): void => withSonner((sonner) => sonner.toast.dismiss(id));
