/** What the page lets become markup (instrumentation-client.ts). */
import { expect, it, vi } from "vitest";

it("only the names of characters become markup, and the script that React makes and does not run", async () => {
  const createPolicy = vi.fn();
  vi.stubGlobal("trustedTypes", { createPolicy });
  const script = "../../instrumentation-client.ts"; // no module: it exports nothing
  await import(/* @vite-ignore */ script);
  vi.unstubAllGlobals();
  const [name, { createHTML }] = createPolicy.mock.calls[0] as [
    string,
    { createHTML: (html: string) => string },
  ];
  expect(name).toBe("default");
  for (const html of ["&gt;", "&CounterClockwiseContourIntegral;", "<script></script>", ""])
    expect(createHTML(html)).toBe(html);
  for (const html of [
    "&gt;<b>",
    "<b>&gt;",
    "&gt",
    "&;",
    "&a b;",
    "&lt;\n<i>;",
    "<script>x</script>",
    "&gt;&lt;",
  ])
    expect(() => createHTML(html)).toThrow("Text does not become markup here.");
});
