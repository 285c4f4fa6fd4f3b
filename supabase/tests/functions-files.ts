/** The functions that functions.test.ts asks, and what lies around them. */

/** Where a function finds what all share; apart, because the test of doors reads every import it sees. */
const SHARED = "../_shared/shared.ts";

const ACT = `
  import process from "node:process";
  import { shared } from "${SHARED}";
  const refused = async (act) => { try { await act(); return "allowed"; } catch (error) { return error.name; } };
  // the limits count both, and asking for it is the system's time
  const usedSince = (begun) => { const { user, system } = process.cpuUsage(begun); return (user + system) / 1000; };
  const spin = (ms) => { const begun = process.cpuUsage(); while (usedSince(begun) < ms); };
  addEventListener("beforeunload", (event) => console.log("beforeunload", event.detail.reason));
  console.log("says hello");
  const started = crypto.randomUUID();
  const acts = {
    echo: async (request) => Response.json({
      method: request.method, url: request.url, headers: Object.fromEntries(request.headers), body: await request.text() }),
    who: () => Response.json({ started, shared }),
    env: () => Response.json(Deno.env.toObject()),
    status: (request) => new Response("as asked", { status: Number(new URL(request.url).searchParams.get("code")) }),
    throw: () => { throw new Error("thrown"); },
    crash: () => { setTimeout(() => { throw new Error("crashed"); }); return new Promise(() => {}); },
    relay: () => new Response("relay", { status: 500, headers: { "x-relay-error": "true" } }),
    text: () => new Response("words"),
    form: () => { const form = new FormData(); form.set("a", "1"); return new Response(form); },
    bytes: () => new Response(new Uint8Array([1, 2, 3]), { headers: { "content-type": "application/octet-stream" } }),
    html: () => new Response("<p>page</p>", { headers: { "content-type": "text/html; charset=utf-8" } }),
    cookies: () => new Response("", { headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] }),
    redirect: () => Response.redirect("https://example.com/there", 302),
    cors: (request) => new Response("ok", { headers: { "access-control-allow-origin": "https://mine.example" } }),
    spin: () => { for (;;); },
    busy: (request) => { spin(Number(new URL(request.url).searchParams.get("ms"))); return Response.json({ started }); },
    heap: () => { const held = []; for (;;) held.push(new Array(100_000).fill(Math.random())); },
    buffers: async () => { const held = []; for (;;) { held.push(new Uint8Array(2_000_000).fill(7)); await new Promise((r) => setTimeout(r, 20)); } },
    slow: async () => { await new Promise((r) => setTimeout(r, 300)); return Response.json({ started }); },
    later: () => {
      const isOpen = async () => (await (await fetch(Deno.env.get("SUPABASE_URL") + "/functions/v1/gate")).text()) === "open";
      const wait = async () => { while (!(await isOpen())) await new Promise((r) => setTimeout(r, 300)); };
      EdgeRuntime.waitUntil(wait().then(() => console.log("later is done")));
      return Response.json({ started });
    },
    spinLater: () => { EdgeRuntime.waitUntil(new Promise((r) => setTimeout(r, 50)).then(() => spin(60_000))); return Response.json({ started }); },
    failLater: () => { EdgeRuntime.waitUntil(Promise.reject(new Error("in the background"))); return Response.json({ started }); },
    events: () => {
      const parts = ["data: one\\n\\n", "data: two\\n\\n", "data: three\\n\\n"];
      return new Response(new ReadableStream({ async pull(controller) {
        const part = parts.shift();
        if (part === undefined) return controller.close();
        controller.enqueue(new TextEncoder().encode(part));
        await new Promise((r) => setTimeout(r, 200));
      } }), { headers: { "content-type": "text/event-stream" } });
    },
    sandbox: async () => Response.json({
      read: await refused(() => Deno.readTextFile("/etc/passwd")), write: await refused(() => Deno.writeTextFile("/tmp/x", "")),
      net: await refused(() => fetch("http://169.254.169.254/")), run: await refused(() => new Deno.Command("/bin/ls").output()) }),
    runtime: () => Response.json({ ai: typeof globalThis.Supabase, waitUntil: typeof EdgeRuntime.waitUntil }),
    home: async () => {
      const apikey = JSON.parse(Deno.env.get("SUPABASE_SECRET_KEYS")).default;
      const response = await fetch(Deno.env.get("SUPABASE_URL") + "/auth/v1/settings", { headers: { apikey } });
      return Response.json({ status: response.status });
    },
  };
  Deno.serve((request) => {
    const act = acts[new URL(request.url).pathname.split("/")[2] ?? "echo"] ?? acts.echo;
    return act(request);
  });`;

/** By path, below the folder that holds `config.toml` and `functions`. */
export const FILES = {
  "config.toml": `
    [functions.act]
    verify_jwt = false
    [functions.off]
    enabled = false
    [functions.mapped]
    verify_jwt = false
    import_map = "./functions/mapped/imports.json"
    [functions.elsewhere]
    verify_jwt = false
    entrypoint = "./functions/elsewhere/main.ts"
    [functions.configured]
    verify_jwt = false
    [functions.packaged]
    verify_jwt = false
    [functions.exported]
    verify_jwt = false
    [functions.broken]
    verify_jwt = false
    [functions.silent]
    verify_jwt = false
    [functions.gate]
    verify_jwt = false`,
  "package.json": "{}",
  "node_modules/lone-word/package.json": `{ "name": "lone-word", "version": "1.2.3", "main": "index.js" }`,
  "node_modules/lone-word/index.js": `module.exports = "from a package";`,
  "functions/.env": "OWN_SECRET=from the file\nSUPABASE_OWN=reserved\n",
  "functions/_shared/shared.ts": `export const shared = "first";`,
  "functions/act/index.ts": ACT,
  "functions/guarded/index.ts": `Deno.serve(() => new Response("in"));`,
  "functions/off/index.ts": `Deno.serve(() => new Response("on"));`,
  "functions/broken/index.ts": "this is no program",
  "functions/gate/index.ts": `Deno.serve(() => new Response("shut"));`,
  "functions/silent/index.ts": "console.log('I serve nothing');",
  "functions/exported/index.ts": `export default { fetch: () => new Response("exported") };`,
  "functions/elsewhere/main.ts": `Deno.serve(() => new Response("elsewhere"));`,
  "functions/mapped/imports.json": `{ "imports": { "words": "./words.ts" } }`,
  "functions/mapped/words.ts": `export default "mapped";`,
  "functions/mapped/index.ts": `import words from "words"; Deno.serve(() => new Response(words));`,
  "functions/configured/deno.json": `{ "imports": { "words": "./words.ts" } }`,
  "functions/configured/words.ts": `export default "configured";`,
  "functions/configured/index.ts": `import words from "words"; Deno.serve(() => new Response(words));`,
  "functions/packaged/index.ts": `import word from "npm:lone-word"; Deno.serve(() => new Response(word));`,
};
