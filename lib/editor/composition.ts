/**
 * Tells when an input method composes. Meanwhile others' edits wait: one that splits or turns the block under the
 * composition would draw its text anew, and what is being composed would stand there twice.
 *
 *   still ──compositionstart──▶ composing ──compositionend──▶ (the editor reads the text) ──▶ still
 *                                   └──three seconds without a sign of life──▶ still
 */
import { Plugin } from "@tiptap/pm/state";

/** The editor reads what was composed within that time after the end. */
const READ_MS = 100;
/** Some keyboards compose each word and rest in it; others are not to wait for that. */
const REST_MS = 3_000;

/** @param onComposing called with each change; with false when the editor goes. */
export function compositionPlugin(onComposing: (isComposing: boolean) => void): Plugin {
  let isComposing = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const become = (now: boolean) => {
    clearTimeout(timer);
    if (isComposing === now) return;
    isComposing = now;
    onComposing(now);
  };
  const restIn = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => become(false), ms);
  };
  const alive = () => {
    become(true);
    restIn(REST_MS);
  };
  return new Plugin({
    props: {
      handleDOMEvents: {
        compositionstart: alive,
        compositionupdate: alive,
        compositionend: () => restIn(READ_MS),
      },
    },
    view: () => ({ destroy: () => become(false) }),
  });
}
