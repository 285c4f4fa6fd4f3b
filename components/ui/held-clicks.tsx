"use client";

/**
 * Buttons are seen long before React listens to them: seconds on a phone, and a click would be lost. It is repeated once
 * React knows its button. Runs in the page by itself, before anything is loaded, and so names nothing outside of it.
 */
function holdClicks() {
  const BUTTON = "button[type=button]";
  const ASK_MS = 50;
  const GIVE_UP_MS = 30_000;
  let timer: ReturnType<typeof setInterval> | undefined;
  // The mark that React leaves on what is its own, in any version since 17; where it had another name nothing is repeated.
  const isKnown = (button: Element) => Object.keys(button).some((key) => key.startsWith("__reactProps$"));
  const nameOf = (button: Element) => `${button.className} ${button.ariaLabel ?? button.textContent}`;
  /** The bar of a page that is loading goes with that page; the one in its place has the same buttons. */
  const find = (button: HTMLElement) => {
    if (button.isConnected) return button;
    const name = nameOf(button);
    const alike = [...document.querySelectorAll<HTMLElement>(BUTTON)].filter((one) => nameOf(one) === name);
    return alike.length === 1 ? alike[0] : undefined;
  };
  const hold = (button: HTMLElement, event: Event) => {
    const since = Date.now();
    timer = setInterval(() => {
      const found = find(button);
      const isOver = event.defaultPrevented || Date.now() - since > GIVE_UP_MS;
      if (!isOver && !(found && isKnown(found))) return;
      clearInterval(timer);
      // where React is still at work around it, that click is held again
      if (!isOver) found?.click();
    }, ASK_MS);
  };
  addEventListener(
    "click",
    (event) => {
      clearInterval(timer);
      // links and forms go by themselves
      const button = event.target instanceof Element && event.target.closest<HTMLElement>(BUTTON);
      if (!button || isKnown(button)) return;
      hold(button, event);
      // A click can be what makes React begin at once: then it comes to the button, which is known by now. One that React
      // cannot answer yet is stopped on its way.
      const onReached = () => {
        if (isKnown(button)) clearInterval(timer);
      };
      button.addEventListener("click", onReached, { once: true });
      setTimeout(() => button.removeEventListener("click", onReached));
    },
    true,
  );
  // who goes on by the keyboard wishes for the button no more
  addEventListener("keydown", () => clearInterval(timer), true);
}

export function HeldClicks({ nonce }: { nonce: string | undefined }) {
  // Only the server's is run. In the browser it is done already, and where React draws the whole page anew it may not make
  // markup of a text; nor does a browser tell the nonce again.
  const text = typeof window === "undefined" ? `(${holdClicks})()` : "";
  // biome-ignore lint/security/noDangerouslySetInnerHtml: code of ours, with nothing in it that anybody wrote
  return <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: text }} />;
}
