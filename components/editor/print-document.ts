/** Prints the open document. Pictures that are not fetched yet, as they are far from the window, are fetched before. */

import { PRINT_SOON } from "../../lib/editor/print-soon.ts";
import { toast } from "../ui/toast.ts";

/** How long printing waits for pictures. */
const MOST_WAIT_MS = 20_000;
/** The notice that says so. */
const PREPARING = "print";

export async function printDocument(): Promise<void> {
  // views of pictures hear it, and fetch theirs
  window.dispatchEvent(new Event(PRINT_SOON));
  toast.loading("Preparing the pages…", PREPARING);
  const end = performance.now() + MOST_WAIT_MS;
  while (performance.now() < end && isLoading()) await new Promise((resolve) => setTimeout(resolve, 100));
  toast.dismiss(PREPARING);
  await new Promise((resolve) => requestAnimationFrame(resolve));
  window.print();
}

const isLoading = (): boolean =>
  [...document.querySelectorAll<HTMLImageElement>(".picture img")].some(
    (image) => !image.complete || (image.getAttribute("src") === null && !image.closest(".failed")),
  );
